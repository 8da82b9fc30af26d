-- What rows of a release show: how many pull requests it shipped first, and the features among
-- them.
with own as (
    select releases.*
    from releases
    semi join listed on listed.repo = releases.repo and listed.key = releases.tag
),

shipped as (
    select
        pull_requests.repo,
        pull_requests.released_at,
        list(
            pull_requests.title
            order by pull_requests.merged_at,
            pull_requests.number
        ) as features
    from pull_requests
    semi join own
        on own.repo = pull_requests.repo and own.published_at = pull_requests.released_at
    where pull_requests.work_type = 'feature'
    group by pull_requests.repo, pull_requests.released_at
)

select
    own.repo,
    own.tag as key,
    coalesce(nullif(own.name, ''), own.tag) as title,
    own.published_at,
    own.is_prerelease,
    own.pull_request_count,
    shipped.features,
    own.url
from own
left join shipped on shipped.repo = own.repo and shipped.released_at = own.published_at
