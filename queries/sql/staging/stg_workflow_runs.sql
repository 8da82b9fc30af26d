-- One row per run of a workflow that began before the cutoff, other than for pull requests, with what
-- became of it by then. Cancelled and skipped runs are left out.
with runs as (
    select
        repositories.repo,
        held.run_id,
        held.node->>'workflow' as workflow,
        held.node->>'headSha' as commit_oid,
        utc(held.node->>'createdAt') as created_at,
        utc(held.node->>'updatedAt') as ended_at,
        url_in(repositories.node, held.node->>'url') as url,
        case
            when
                held.node->>'status' <> 'completed' or utc(held.node->>'updatedAt') >= settings.cutoff
                then 'pending'
            when held.node->>'conclusion' = 'success' then 'succeeded'
            when held.node->>'conclusion' in ('failure', 'timed_out', 'startup_failure') then 'failed'
        end as state
    from ledger.github_workflow_runs as held
    inner join stg_repositories as repositories
        on repositories.host = held.host and repositories.repo_id = held.repo_id
    cross join input_settings as settings
    where
        utc(held.node->>'createdAt') < settings.cutoff
        and coalesce(held.node->>'event', '') not in ('pull_request', 'pull_request_target')
)

select *
from runs
where state is not null
