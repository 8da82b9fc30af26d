-- What rows of a release show: how many pull requests it shipped first, and the features among
-- them.
with shipped as (
    select
        repo,
        released_at,
        list(title order by merged_at, number) as features
    from pull_requests
    where work_type = 'feature' and released_at is not null
    group by repo, released_at
)

select
    releases.repo,
    releases.tag as key,
    coalesce(nullif(releases.name, ''), releases.tag) as title,
    releases.published_at,
    releases.is_prerelease,
    releases.pull_request_count,
    shipped.features,
    releases.url
from releases
left join shipped on shipped.repo = releases.repo and shipped.released_at = releases.published_at
