-- One row per deployment made before the cutoff, with what became of it by then.
with statuses as (
    select
        repositories.repo,
        held.node_id,
        coalesce(held.node->>'databaseId', held.node_id) as deployment,
        held.node->>'environment' as environment,
        held.node->>'commitOid' as commit_oid,
        utc(held.node->>'createdAt') as created_at,
        upper(found.status.state) as state,
        utc(found.status.createdAt) as happened_at
    from ledger.github_deployments as held
    inner join stg_repositories as repositories
        on repositories.host = held.host and repositories.repo_id = held.repo_id
    left join unnest(from_json(
        held.node->'statuses'->'nodes', '[{"state": "VARCHAR", "createdAt": "VARCHAR"}]'
    )) as found(status) on true
),

ended as (
    select
        statuses.repo,
        statuses.deployment,
        statuses.environment,
        statuses.commit_oid,
        statuses.created_at,
        min(statuses.happened_at) filter (statuses.state = 'SUCCESS') as deployed_at,
        max(statuses.happened_at) filter (statuses.state = 'SUCCESS') as last_success_at,
        min(statuses.happened_at) filter (statuses.state in ('FAILURE', 'ERROR')) as failed_at,
        max(statuses.happened_at) filter (statuses.state in ('FAILURE', 'ERROR')) as last_failure_at
    from (
        select
            statuses.* replace (
                if(statuses.happened_at < settings.cutoff, statuses.state, null) as state
            )
        from statuses
        cross join input_settings as settings
        where statuses.created_at < settings.cutoff
    ) as statuses
    group by all
)

select
    repo,
    deployment,
    environment,
    commit_oid,
    created_at,
    deployed_at,
    failed_at,
    case
        when last_failure_at is not null and last_failure_at >= coalesce(
            last_success_at,
            last_failure_at
        )
            then 'failed'
        when deployed_at is not null then 'succeeded'
        else 'pending'
    end as state
from ended
