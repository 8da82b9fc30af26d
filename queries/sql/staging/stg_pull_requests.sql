-- One row per pull request opened before the cutoff: names and casts only.
with nodes as (
    select
        repositories.repo,
        repositories.node as repository,
        repositories.host,
        repositories.repo_id,
        repositories.node->'defaultBranchRef'->>'name' as default_branch,
        held.number,
        from_json(held.node, '{
            "title": "VARCHAR",
            "body": "VARCHAR",
            "url": "VARCHAR",
            "author": {"login": "VARCHAR", "__typename": "VARCHAR"},
            "authorAssociation": "VARCHAR",
            "mergedBy": {"login": "VARCHAR", "__typename": "VARCHAR"},
            "baseRefName": "VARCHAR",
            "headRefName": "VARCHAR",
            "isDraft": "BOOLEAN",
            "createdAt": "VARCHAR",
            "closedAt": "VARCHAR",
            "mergedAt": "VARCHAR",
            "mergeCommit": {"oid": "VARCHAR"},
            "additions": "BIGINT",
            "deletions": "BIGINT",
            "changedFiles": "BIGINT",
            "milestone": {"number": "INTEGER", "title": "VARCHAR"},
            "labels": [{"name": "VARCHAR"}],
            "assignees": [{"login": "VARCHAR", "__typename": "VARCHAR"}]
        }') as node
    from stg_pull_request_documents as held
    inner join stg_repositories as repositories
        on repositories.host = held.host and repositories.repo_id = held.repo_id
)

select
    nodes.repo,
    nodes.host,
    nodes.number,
    nodes.node.title,
    prose(coalesce(nodes.node.body, '')) as body,
    comments_in(coalesce(nodes.node.body, '')) as comments,
    url_in(nodes.repository, nodes.node.url) as url,
    login_of(nodes.node.author.login) as author,
    nodes.node.author.__typename as author_type,
    nodes.node.authorAssociation as author_association,
    login_of(nodes.node.mergedBy.login) as merged_by,
    nodes.node.mergedBy.__typename as merged_by_type,
    nodes.node.baseRefName as base_branch,
    nodes.node.headRefName as head_branch,
    nodes.default_branch,
    nodes.node.isDraft as is_draft_now,
    utc(nodes.node.createdAt) as opened_at,
    utc(nodes.node.closedAt) as closed_at,
    if(utc(nodes.node.mergedAt) < settings.cutoff, utc(nodes.node.mergedAt), null) as merged_at,
    nodes.node.mergeCommit.oid as merge_commit,
    nodes.node.additions,
    nodes.node.deletions,
    nodes.node.changedFiles as changed_files,
    nodes.node.milestone.number as milestone_number,
    coalesce(milestones.node->>'title', nodes.node.milestone.title) as milestone,
    nodes.node.labels as label_nodes,
    nodes.node.assignees as assignee_nodes
from nodes
cross join input_settings as settings
left join ledger.github_milestones as milestones
    on
        milestones.host = nodes.host
        and milestones.repo_id = nodes.repo_id
        and (milestones.node->>'number')::integer = nodes.node.milestone.number
where utc(nodes.node.createdAt) < settings.cutoff
