-- One row per production deployment that succeeded before the cutoff.
with deployments as (
    select
        repositories.repo,
        held.node_id,
        held.node->>'commitOid' as commit_oid,
        min(utc(found.status.createdAt)) as deployed_at
    from ledger.github_deployments as held
    inner join stg_repositories as repositories
        on repositories.host = held.host and repositories.repo_id = held.repo_id
    cross join unnest(from_json(
        held.node->'statuses'->'nodes', '[{"state": "VARCHAR", "createdAt": "VARCHAR"}]'
    )) as found(status)
    where
        regexp_matches(held.node->>'environment', '^prod(uction)?\b', 'i')
        and upper(found.status.state) = 'SUCCESS'
    group by repositories.repo, held.node_id, held.node->>'commitOid'
)

select deployments.*
from deployments
cross join stg_settings as settings
where deployments.deployed_at < settings.cutoff
