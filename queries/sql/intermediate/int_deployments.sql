-- One row per deployment, of GitHub or imported: whether it went to production, by the first rule that
-- its environment's name matches. A commit of imports may be given by a part of its id or a tag.
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
)

select
    deployments.*,
    coalesce(environments.is_production, false) as is_production
from deployments
left join environments on environments.environment = deployments.environment
