-- One row per pull request opened before the cutoff: names and casts only.
select
    repositories.repo,
    repositories.host,
    held.number,
    held.node->>'title' as title,
    coalesce(held.node->>'body', '') as body,
    held.node->>'url' as url,
    login_of(held.node->'author'->>'login') as author,
    held.node->'author'->>'__typename' as author_type,
    held.node->>'authorAssociation' as author_association,
    login_of(held.node->'mergedBy'->>'login') as merged_by,
    held.node->'mergedBy'->>'__typename' as merged_by_type,
    held.node->>'baseRefName' as base_branch,
    held.node->>'headRefName' as head_branch,
    repositories.node->'defaultBranchRef'->>'name' as default_branch,
    (held.node->>'isDraft')::boolean as is_draft_now,
    utc(held.node->>'createdAt') as opened_at,
    utc(held.node->>'closedAt') as closed_at,
    if(utc(held.node->>'mergedAt') < settings.cutoff, utc(held.node->>'mergedAt'), null) as merged_at,
    held.node->'mergeCommit'->>'oid' as merge_commit,
    (held.node->>'additions')::bigint as additions,
    (held.node->>'deletions')::bigint as deletions,
    (held.node->>'changedFiles')::bigint as changed_files,
    from_json(held.node->'labels', '[{"name":"VARCHAR"}]') as label_nodes,
    from_json(held.node->'assignees', '[{"login":"VARCHAR","__typename":"VARCHAR"}]') as assignee_nodes
from ledger.github_pull_requests as held
inner join stg_repositories as repositories
    on repositories.host = held.host and repositories.repo_id = held.repo_id
cross join stg_settings as settings
where utc(held.node->>'createdAt') < settings.cutoff
