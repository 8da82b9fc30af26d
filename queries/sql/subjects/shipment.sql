-- Columns of a shipment's row: a deployment or release, and the failures after it.
with failures as (
    select
        repo,
        shipment_key,
        list(distinct kind order by kind) as failures
    from change_failures
    group by repo, shipment_key
)

select
    shipments.repo,
    shipments.shipment_key as key,
    if(
        shipments.shipment = 'release',
        'release ' || shipments.shipment_key,
        'deployment of ' || left(shipments.commit_oid, 7) || ' to ' || shipments.environment
    ) as title,
    shipments.shipped_at,
    failures.failures,
    shipments.pull_request_count,
    shipments.url
from shipments
left join failures
    on failures.repo = shipments.repo and failures.shipment_key = shipments.shipment_key
