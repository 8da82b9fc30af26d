-- One row per deployment, of GitHub, imported, or a workflow run or a tag by rule: whether it went to
-- production, by the first rule that its environment's name matches. A commit of imports may be given
-- by a part of its id or a tag.
with environments as (
    select
        value as environment,
        arg_min(meaning, position) = 'production' as is_production
    from int_rule_matches
    where kind = 'label_rules' and field = 'environment'
    group by value
),

imported_commits as (
    select imported.deployment, min(history.oid) as commit_oid
    from stg_imported_deployments as imported
    inner join stg_default_branch_commits as history
        on
            history.repo = imported.repo
            and left(history.oid, 7) = left(imported.commit, 7)
            and starts_with(history.oid, imported.commit)
    group by imported.deployment
    having count(*) = 1
),

by_rule as (
    select
        matches.field,
        repositories.repo,
        matches.value,
        arg_min(matches.meaning, matches.position) as environment
    from int_rule_matches as matches
    inner join input_rules as rules on rules.kind = matches.kind and rules.rule = matches.rule
    cross join stg_repositories as repositories
    where
        matches.kind = 'deployments'
        and (
            rules.repositories is null
            or regexp_full_match(repositories.repo, rules.repositories, 'i')
        )
    group by all
),

deployments as (
    select *, null as url
    from stg_deployments
    union all by name
    select
        imported.repo,
        imported.deployment,
        imported.environment,
        coalesce(commits.commit_oid, releases.commit_oid, imported.commit) as commit_oid,
        imported.created_at,
        if(imported.state = 'succeeded', imported.created_at, null) as deployed_at,
        if(imported.state = 'failed', imported.created_at, null) as failed_at,
        imported.state,
        imported.url
    from stg_imported_deployments as imported
    left join imported_commits as commits on commits.deployment = imported.deployment
    left join stg_releases as releases
        on releases.repo = imported.repo and lower(releases.tag) = imported.commit
    union all by name
    select
        runs.repo,
        'run ' || runs.run_id as deployment,
        by_rule.environment,
        runs.commit_oid,
        runs.created_at,
        if(runs.state = 'succeeded', runs.ended_at, null) as deployed_at,
        if(runs.state = 'failed', runs.ended_at, null) as failed_at,
        runs.state,
        runs.url
    from stg_workflow_runs as runs
    inner join by_rule
        on
            by_rule.field = 'workflow'
            and by_rule.repo = runs.repo
            and by_rule.value = runs.workflow
    union all by name
    select
        tags.repo,
        'tag ' || tags.tag as deployment,
        by_rule.environment,
        tags.commit_oid,
        coalesce(releases.published_at, tags.tagged_at) as created_at,
        coalesce(releases.published_at, tags.tagged_at) as deployed_at,
        null as failed_at,
        'succeeded' as state,
        releases.url
    from stg_tags as tags
    inner join by_rule
        on by_rule.field = 'tag' and by_rule.repo = tags.repo and by_rule.value = tags.tag
    left join stg_releases as releases
        on releases.repo = tags.repo and releases.tag = tags.tag
)

select
    deployments.*,
    coalesce(environments.is_production, false) as is_production
from deployments
left join environments on environments.environment = deployments.environment
