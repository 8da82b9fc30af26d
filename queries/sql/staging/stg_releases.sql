-- One row per release published before the cutoff; drafts are not releases.
select
    repositories.repo,
    held.node->>'tagName' as tag,
    held.node->>'name' as name,
    url_in(repositories.node, held.node->>'url') as url,
    (held.node->>'isPrerelease')::boolean as is_prerelease,
    coalesce(utc(held.node->>'publishedAt'), utc(held.node->>'createdAt')) as published_at,
    held.node->'tagCommit'->>'oid' as commit_oid
from ledger.github_releases as held
inner join stg_repositories as repositories
    on repositories.host = held.host and repositories.repo_id = held.repo_id
cross join input_settings as settings
where
    not (held.node->>'isDraft')::boolean
    and coalesce(utc(held.node->>'publishedAt'), utc(held.node->>'createdAt')) < settings.cutoff
