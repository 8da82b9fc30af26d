-- One row per merged pull request that was shipped: the shipment that contained it first, by the
-- order of commits. The changes of the first recorded shipment may have been shipped before it.
with first_shipments as (
    select
        repo,
        position,
        min(shipped_at) over (partition by repo) as first_shipped_at,
        min((shipped_at, position, shipment_key)) over (
            partition by repo order by position
            range between current row and unbounded following
        ) as first_shipment
    from int_shipments
    where position is not null
    qualify row_number() over (partition by repo, position order by shipped_at, shipment_key) = 1
),

merges as (
    select pull_requests.repo, pull_requests.number, history.position
    from int_pull_requests as pull_requests
    inner join stg_default_branch_commits as history
        on history.repo = pull_requests.repo and history.oid = pull_requests.merge_commit
    where pull_requests.merged_at is not null
)

select
    merges.repo,
    merges.number,
    first_shipments.first_shipment[3] as shipment_key
from merges
asof inner join first_shipments
    on first_shipments.repo = merges.repo and first_shipments.position >= merges.position
where first_shipments.first_shipment[1] > first_shipments.first_shipped_at
