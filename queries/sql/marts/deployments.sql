-- Deployments, with what became of them by the cutoff.
-- Grain: repo, deployment. Columns are stable unless marked experimental.
--
-- repo: owner/name.
-- deployment: GitHub's id of it, source and key of an import, or run or tag with its id by rule.
-- environment: where it went.
-- is_production: whether the environment's name means production, by the rules.
-- commit_oid: the commit that was deployed.
-- created_at: when it was asked for, UTC.
-- deployed_at: when it first worked, UTC; null where it did not.
-- failed_at: when it first failed, UTC; null where it did not.
-- state: failed where a failure was not followed by a success of its own; else succeeded, or
--     pending.
-- restored_at: next success in the same repository and environment after a failed one failed; null
--     until then. UTC.
-- restore_hours: failed to restored; hours.
-- pull_request_count: merged pull requests that this production deployment shipped first; null for
--     the first recorded one and where the contents of its commit are not known.
with shipped as (
    select repo, shipment_key, count(*) as n
    from int_first_shipments
    group by repo, shipment_key
),

contents as (
    select repo, commit_oid, bool_and(has_known_changes) as has_known_changes
    from int_shipments
    group by repo, commit_oid
),

successes as (
    select repo, environment, deployed_at
    from int_deployments
    where deployed_at is not null
),

restored as (
    select found.repo, found.deployment, min(successes.deployed_at) as restored_at
    from int_deployments as found
    inner join successes
        on
            successes.repo = found.repo
            and successes.environment = found.environment
            and successes.deployed_at > found.failed_at
    where found.state = 'failed'
    group by found.repo, found.deployment
)

select
    found.repo,
    found.deployment,
    found.environment,
    found.is_production,
    found.commit_oid,
    found.created_at,
    found.deployed_at,
    found.failed_at,
    found.state,
    restored.restored_at,
    hours(found.failed_at, restored.restored_at) as restore_hours,
    if(
        not found.is_production
        or found.deployed_at is null
        or coalesce(shipments.has_known_changes, contents.has_known_changes, false),
        coalesce(shipped.n, 0),
        null
    )::integer as pull_request_count
from int_deployments as found
left join restored on restored.repo = found.repo and restored.deployment = found.deployment
left join int_shipments as shipments
    on
        shipments.repo = found.repo
        and shipments.shipment = 'deployment'
        and shipments.shipment_key = found.deployment
left join contents
    on contents.repo = found.repo and contents.commit_oid = found.commit_oid
left join shipped on shipped.repo = found.repo and shipped.shipment_key = found.deployment
order by found.repo, found.created_at, found.deployment
