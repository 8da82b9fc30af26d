-- One row per released or deployed commit that the default branch itself does not have: `base`, its
-- newest ancestor there, and `own`, its ancestors that are not there.
select
    repositories.repo,
    held.oid,
    held.node->>'base' as base,
    (held.node->'own')::varchar[] as own
from ledger.github_ancestries as held
inner join stg_repositories as repositories
    on repositories.host = held.host and repositories.repo_id = held.repo_id
