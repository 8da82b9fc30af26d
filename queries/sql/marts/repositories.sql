-- Repositories that are read, and the places in other tools that imported rows come from.
-- Grain: repo. Columns are stable unless marked experimental.
--
-- repo: owner/name as of now, host/owner/name if a GitHub before it has that name; an import's is
--     as jira/SHOP.
-- host: the GitHub it is on, or the source of an import.
-- is_imported: it comes from a file and not from GitHub.
-- default_branch: its default branch; null while it is empty, and for imports.
-- is_archived: archived, as of the last reading.
-- language: its main language, as of the last reading.
-- topics: its topics, sorted.
-- created_at: when it was created, UTC; null for imports.
-- synced_until: everything up to this moment was read, at most the cutoff; null before the first
--     complete pass. UTC.
-- queued_count: pull requests and issues that changed at GitHub and are still to come, as of the
--     last reading; null for imports.
-- discussion_count: discussions that are here, as of the last reading; null for imports.
-- discussions_at_github: discussions that GitHub lists, as of the last reading; null where it shows
--     none to the token, and for imports.
-- deleted_at: when GitHub first returned not found; null while it exists. UTC.
with imported as (
    select repo, source from stg_imported_items
    union
    select repo, source from stg_imported_incidents
    union
    select repo, source from stg_imported_experiments
),

places as (
    select source, place, max(exported_at) as exported_at
    from stg_imports
    group by source, place
),

queued as (
    select host, repo_id, count(*) as n
    from ledger.github_queue
    group by host, repo_id
),

discussions as (
    select host, repo_id, count(*) as n
    from ledger.github_discussions
    where deleted_at is null
    group by host, repo_id
)

select
    repo,
    host,
    false as is_imported,
    node->'defaultBranchRef'->>'name' as default_branch,
    (node->>'isArchived')::boolean as is_archived,
    node->'primaryLanguage'->>'name' as language,
    list_sort(list_transform(
        from_json(node->'repositoryTopics'->'nodes', '[{"topic": {"name": "VARCHAR"}}]'),
        lambda entry: entry.topic.name
    )) as topics,
    created_at,
    synced_until,
    coalesce(queued.n, 0)::integer as queued_count,
    coalesce(discussions.n, 0)::integer as discussion_count,
    (node->'discussions'->>'totalCount')::integer as discussions_at_github,
    deleted_at
from stg_repositories
left join queued using (host, repo_id)
left join discussions using (host, repo_id)
union all
select
    imported.repo,
    imported.source,
    true,
    null,
    false,
    null,
    null,
    null,
    places.exported_at,
    null,
    null,
    null,
    null
from imported
inner join places
    on
        places.source = imported.source
        and (imported.repo = places.place or starts_with(imported.repo, places.place || '/'))
anti join stg_repositories as read_ones on read_ones.repo = imported.repo
order by repo
