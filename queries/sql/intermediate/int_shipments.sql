-- One row per shipment: a production deployment that worked; in repositories without any, a release
-- that is no prerelease. `position` is that of its commit in the default branch, null where it is
-- not in it.
with deployed as (
    select repo, deployment as shipment_key, deployed_at as shipped_at, commit_oid
    from stg_deployments
    where is_production and deployed_at is not null
),

shipped as (
    select repo, 'deployment' as shipment, shipment_key, shipped_at, commit_oid
    from deployed
    union all
    select releases.repo, 'release', releases.tag, releases.published_at, releases.commit_oid
    from stg_releases as releases
    anti join deployed on deployed.repo = releases.repo
    where not releases.is_prerelease
)

select shipped.*, history.position
from shipped
left join stg_history as history on history.repo = shipped.repo and history.oid = shipped.commit_oid
