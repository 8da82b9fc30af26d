-- Repositories that are read.
-- Grain: repo. Stable.
--
-- repo: owner/name, as it is named now. Stable.
-- host: the GitHub it is on. Stable.
-- default_branch: its default branch; null while it is empty. Stable.
-- is_archived: archived, as of the last reading. Stable.
-- language: its main language, as of the last reading. Stable.
-- topics: its topics, sorted. Stable.
-- created_at: when it was created, UTC. Stable.
-- observed_until: everything up to this moment was read, at most the cutoff; null before the first complete pass. UTC. Stable.
-- gone_at: when GitHub first said that it is not there; null while it is. UTC. Stable.
select
    repo,
    host,
    node->'defaultBranchRef'->>'name' as default_branch,
    (node->>'isArchived')::boolean as is_archived,
    node->'primaryLanguage'->>'name' as language,
    list_sort(list_transform(
        from_json(node->'repositoryTopics'->'nodes', '[{"topic": {"name": "VARCHAR"}}]'),
        lambda entry: entry.topic.name
    )) as topics,
    created_at,
    observed_until,
    gone_at
from stg_repositories
order by repo
