-- Releases that were published, drafts left out.
-- Grain: repo, tag. Columns are stable unless marked experimental.
--
-- repo: owner/name.
-- tag: the tag.
-- name: the release's name, e-mail addresses masked.
-- url: address on GitHub.
-- is_prerelease: marked as a prerelease.
-- published_at: when it was published, UTC.
-- pull_request_count: merged pull requests that this release shipped first; null for the first
--     recorded release and where the contents of its commit are not known.
with shipped as (
    select repo, released_in as tag, count(*) as pull_request_count
    from int_deliveries
    where released_in is not null
    group by repo, released_in
)

select
    found.repo,
    found.tag,
    found.name,
    found.url,
    found.is_prerelease,
    found.published_at,
    if(
        contents.position is not null
        and found.published_at > min(
            if(contents.position is not null, found.published_at, null)
        ) over (partition by found.repo),
        coalesce(shipped.pull_request_count, 0),
        null
    )::integer as pull_request_count
from stg_releases as found
left join int_contents as contents
    on contents.repo = found.repo and contents.oid = found.commit_oid
left join shipped on shipped.repo = found.repo and shipped.tag = found.tag
order by found.repo, found.published_at, found.tag
