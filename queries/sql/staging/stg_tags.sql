-- One row per tag whose commit was made before the cutoff. `tagged_at` is the time of an annotated tag,
-- else of its commit.
select
    repositories.repo,
    held.node->>'name' as tag,
    coalesce(
        held.node->'target'->'target'->>'oid', held.node->'target'->>'oid'
    ) as commit_oid,
    coalesce(
        utc(held.node->'target'->'tagger'->>'date'),
        utc(held.node->'target'->'target'->>'committedDate'),
        utc(held.node->'target'->>'committedDate')
    ) as tagged_at
from ledger.github_tags as held
inner join stg_repositories as repositories
    on repositories.host = held.host and repositories.repo_id = held.repo_id
cross join input_settings as settings
where
    coalesce(
        utc(held.node->'target'->'tagger'->>'date'),
        utc(held.node->'target'->'target'->>'committedDate'),
        utc(held.node->'target'->>'committedDate')
    ) < settings.cutoff
