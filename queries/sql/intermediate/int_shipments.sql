-- One row per shipment: a production deployment that worked; in repositories without any, a release
-- that is no prerelease. Rules on tags decide first whether a release is one. A commit that reaches several environments, each within a day of another
-- one, is one shipment: the first. `position` and `own` are what its commit contains, null if that
-- is not known. The changes of a shipment are known if another one precedes it.
with successes as (
    select
        repo,
        'deployment' as shipment,
        deployment as shipment_key,
        deployed_at as shipped_at,
        environment,
        commit_oid,
        url
    from int_deployments
    where is_production and deployed_at is not null
),

deployed as (
    select successes.*
    from successes
    anti join successes as earlier
        on
            earlier.repo = successes.repo
            and earlier.commit_oid = successes.commit_oid
            and earlier.environment <> successes.environment
            and (earlier.shipped_at, earlier.shipment_key)
            < (successes.shipped_at, successes.shipment_key)
            and earlier.shipped_at > successes.shipped_at - interval 1 day
),

tags as (
    select value as tag, arg_min(meaning, position) = 'production' as is_production
    from int_rule_matches
    where kind = 'label_rules' and field = 'tag'
    group by value
),

releases as (
    select
        releases.repo,
        'release' as shipment,
        releases.tag as shipment_key,
        releases.published_at as shipped_at,
        releases.commit_oid,
        releases.url
    from stg_releases as releases
    left join tags on tags.tag = releases.tag
    where
        coalesce(
            tags.is_production,
            not releases.is_prerelease
            and releases.repo not in (select deployed.repo from deployed)
        )
),

shipments as (
    from deployed
    union all by name
    from releases
)

select
    shipments.*,
    contents.position,
    contents.own,
    coalesce(
        contents.position is not null and shipments.shipped_at > min(
            if(contents.position is not null, shipments.shipped_at, null)
        ) over (partition by shipments.repo),
        false
    ) as has_known_changes
from shipments
left join int_contents as contents
    on contents.repo = shipments.repo and contents.oid = shipments.commit_oid
