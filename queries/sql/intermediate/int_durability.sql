-- One row per pull request that was merged into the default branch: whether it lasted.
with merges as (
    select
        pull_requests.repo,
        pull_requests.number,
        pull_requests.merged_at,
        pull_requests.merged_at + to_days(settings.durable_days) as durable_after,
        settings.cutoff,
        pull_requests.base_branch = pull_requests.default_branch
        or history.oid is not null as is_default_base
    from int_pull_requests as pull_requests
    cross join input_settings as settings
    left join stg_default_branch_commits as history
        on history.repo = pull_requests.repo and history.oid = pull_requests.merge_commit
),

reworked as (
    select
        merges.repo,
        merges.number,
        bool_or(rework.happened_at < merges.durable_after) as is_undone,
        min(rework.happened_at) filter (rework.kind = 'revert') as reverted_at
    from merges
    inner join rework on rework.repo = merges.repo and rework.number = merges.number
    group by merges.repo, merges.number
),

signals as (
    select distinct repo, happened_at
    from rework
)

select
    merges.repo,
    merges.number,
    coalesce(merges.is_default_base, false) as is_default_base,
    reworked.reverted_at,
    case
        when merges.merged_at is null or not coalesce(merges.is_default_base, false) then null
        when reworked.is_undone then 'undone'
        when merges.durable_after > merges.cutoff then 'provisional'
        when signals.happened_at > merges.durable_after - interval 365 day then 'durable'
        else 'not observable'
    end as durability
from merges
left join reworked on reworked.repo = merges.repo and reworked.number = merges.number
-- the newest sign of rework in the repository up to the end of the change's exposure
asof left join signals on signals.repo = merges.repo and signals.happened_at <= merges.durable_after
