-- Successful production deployments per week; releases, without prereleases, where a repository has
-- none.
with deployed as (
    select repo, deployment::varchar as key, deployed_at as shipped_at
    from deployments
    where is_production and state = 'succeeded'
),

shipped as (
    from deployed
    union all
    select repo, tag, published_at
    from releases
    where not is_prerelease and repo not in (select repo from deployed)
)

select
    shipped_at::date as day,
    repo,
    key,
    null::varchar as team,
    null::varchar as work_type,
    null::varchar as authorship,
    1.0::double as value,
    false as is_excluded
from shipped
