-- Shipments: a production deployment that worked, or in repositories without any a release that is
-- no prerelease; rules on tags decide first. A commit that reaches several environments, each within
-- a day of another one, is one shipment.
-- Grain: repo, shipment_key. Columns are stable unless marked experimental.
--
-- repo: owner/name.
-- shipment: deployment or release.
-- shipment_key: id of the deployment, or tag of the release.
-- shipped_at: when the deployment first worked or the release was published, UTC.
-- environment: environment of the deployment; null for releases.
-- commit_oid: the commit that was deployed or released.
-- url: address of the release, the workflow run or the imported deployment; else null.
-- pull_request_count: merged pull requests that no earlier shipment contains; null for the first
--     recorded one and where the contents of its commit are not known.
-- is_observable: rework or a failure was linked in the repository in the 365 days before
--     failure_days have passed, so that a failure could be seen.
-- is_provisional: failure_days have not passed at the cutoff.
-- has_failed: a revert, hotfix or incident followed within failure_days, as in change_failures.
with shipments as (
    select int_shipments.*, shipped_at + to_days(settings.failure_days) as failure_end_at
    from int_shipments
    cross join input_settings as settings
),

signals as (
    select repo, happened_at
    from rework
    union
    select repo, happened_at
    from change_failures
),

contents as (
    select repo, shipment_key, count(*) as pull_request_count
    from int_first_shipments
    group by repo, shipment_key
)

select
    shipments.repo,
    shipments.shipment,
    shipments.shipment_key,
    shipments.shipped_at,
    shipments.environment,
    shipments.commit_oid,
    shipments.url,
    if(
        shipments.has_known_changes,
        coalesce(contents.pull_request_count, 0),
        null
    )::integer as pull_request_count,
    coalesce(
        signals.happened_at >= shipments.failure_end_at - interval 365 day, false
    ) as is_observable,
    shipments.failure_end_at > settings.cutoff as is_provisional,
    exists (
        select 1
        from change_failures as failures
        where failures.repo = shipments.repo and failures.shipment_key = shipments.shipment_key
    ) as has_failed
from shipments
cross join input_settings as settings
left join contents
    on contents.repo = shipments.repo and contents.shipment_key = shipments.shipment_key
asof left join signals
    on signals.repo = shipments.repo and signals.happened_at < shipments.failure_end_at
order by shipments.repo, shipments.shipped_at, shipments.shipment_key
