-- Shipments that failed: a production deployment (or release, where a repository has none) followed
-- within failure_days by a revert, hotfix or incident that names it or a change that it shipped
-- first.
-- Grain: repo, shipment_key, kind, number, by_key, happened_at. Columns are stable unless marked
-- experimental.
--
-- repo: owner/name.
-- shipment: deployment or release.
-- shipment_key: id of the deployment, or tag of the release.
-- shipped_at: when the deployment first worked or the release was published, UTC.
-- kind: revert, hotfix or incident.
-- number: the pull request that is named; null where the shipment itself is.
-- by_key: what names it, as in rework.
-- happened_at: when the revert or hotfix was merged, or the incident opened, UTC.
with changes as (
    select
        shipped.repo,
        shipped.shipment_key,
        rework.kind,
        rework.number,
        rework.by_key,
        rework.happened_at
    from int_first_shipments as shipped
    inner join rework on rework.repo = shipped.repo and rework.number = shipped.number
),

named as (
    select
        shipments.repo,
        shipments.shipment_key,
        'incident' as kind,
        null as number,
        blamed.key as by_key,
        blamed.opened_at as happened_at
    from int_incident_causes as blamed
    inner join int_shipments as shipments
        on
            (blamed.target_repo is null or shipments.repo = blamed.target_repo)
            and (
                shipments.shipment_key = blamed.tag
                or starts_with(shipments.commit_oid, blamed.sha)
            )
),

failures as (
    select * from changes
    union
    select * from named
)

select
    shipments.repo,
    shipments.shipment,
    shipments.shipment_key,
    shipments.shipped_at,
    failures.kind,
    failures.number,
    failures.by_key,
    failures.happened_at
from failures
inner join int_shipments as shipments
    on shipments.repo = failures.repo and shipments.shipment_key = failures.shipment_key
cross join input_settings as settings
where
    failures.happened_at >= shipments.shipped_at
    and failures.happened_at < shipments.shipped_at + to_days(settings.failure_days)
order by
    shipments.repo,
    shipments.shipped_at,
    shipments.shipment_key,
    failures.happened_at,
    failures.kind,
    failures.by_key
