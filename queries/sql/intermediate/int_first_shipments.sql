-- One row per merged pull request that was shipped: the shipment that contained it first, by the
-- order of commits or as one of its own. The changes of the first recorded shipment may be older.
with first_shipments as (
    select
        repo,
        position,
        min((shipped_at, position, shipment_key)) over (
            partition by repo order by position
            range between current row and unbounded following
        ) as first_shipment
    from int_shipments
    where position is not null
    qualify row_number() over (partition by repo, position order by shipped_at, shipment_key) = 1
),

merges as (
    select
        pull_requests.repo,
        pull_requests.number,
        pull_requests.merge_commit,
        history.position
    from int_pull_requests as pull_requests
    left join stg_default_branch_commits as history
        on history.repo = pull_requests.repo and history.oid = pull_requests.merge_commit
    where pull_requests.merged_at is not null
),

own as (
    select repo, unnest(own) as oid, (shipped_at, position, shipment_key) as shipment
    from int_shipments
),

contained as (
    select merges.repo, merges.number, first_shipments.first_shipment as shipment
    from merges
    asof inner join first_shipments
        on first_shipments.repo = merges.repo and first_shipments.position >= merges.position
    union all
    select merges.repo, merges.number, own.shipment
    from merges
    inner join own on own.repo = merges.repo and own.oid = merges.merge_commit
),

first as (
    select repo, number, min(shipment) as shipment
    from contained
    group by repo, number
)

select first.repo, first.number, first.shipment[3] as shipment_key
from first
inner join int_shipments as shipments
    on shipments.repo = first.repo and shipments.shipment_key = first.shipment[3]
where shipments.has_known_changes
