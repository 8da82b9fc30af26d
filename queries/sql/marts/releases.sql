-- Releases that were published, drafts left out.
-- Grain: repo, tag. Stable.
--
-- repo: owner/name. Stable.
-- tag: the tag. Stable.
-- name: the release's name, e-mail addresses masked. Stable.
-- url: address on GitHub. Stable.
-- is_prerelease: marked as a prerelease. Stable.
-- published_at: when it was published, UTC. Stable.
-- pull_request_count: merged pull requests that this release shipped first. Stable.
with shipped as (
    select repo, released_in as tag, count(*) as pull_request_count
    from int_deliveries
    where released_in is not null
    group by repo, released_in
)

select
    found.repo,
    found.tag,
    mask_emails(found.name) as name,
    found.url,
    found.is_prerelease,
    found.published_at,
    coalesce(shipped.pull_request_count, 0)::integer as pull_request_count
from stg_releases as found
left join shipped on shipped.repo = found.repo and shipped.tag = found.tag
order by found.repo, found.published_at, found.tag
