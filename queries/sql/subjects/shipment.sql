-- What rows of a deployment or release show, with what failed after it.
with failed as (
    select
        repo,
        shipment_key as key,
        list(distinct kind order by kind) as failures
    from change_failures
    group by repo, shipment_key
),

shipped as (
    select
        repo,
        deployment::varchar as key,
        'deployment of ' || left(commit_oid, 7) || ' to ' || environment as title,
        deployed_at as shipped_at,
        pull_request_count,
        null as url
    from deployments
    union all
    select
        repo,
        tag,
        'release ' || tag,
        published_at,
        pull_request_count,
        url
    from releases
)

select
    shipped.repo,
    shipped.key,
    shipped.title,
    shipped.shipped_at,
    failed.failures,
    shipped.pull_request_count,
    shipped.url
from shipped
left join failed on failed.repo = shipped.repo and failed.key = shipped.key
