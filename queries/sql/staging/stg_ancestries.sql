-- One row per released or deployed commit that the default branch itself does not have: `base`, its
-- newest ancestor there, and `own`, its ancestors that are not there with the commits that they are
-- copies of.
select
    repositories.repo,
    held.oid,
    held.node->>'base' as base,
    list_concat(
        (held.node->'own')::varchar[], coalesce((held.node->'picked')::varchar[], [])
    ) as own
from ledger.github_ancestries as held
inner join stg_repositories as repositories
    on repositories.host = held.host and repositories.repo_id = held.repo_id
