-- One row per issue of GitHub's opened before the cutoff: names and casts only.
with nodes as (
    select
        repositories.repo,
        repositories.node as repository,
        repositories.host,
        repositories.repo_id,
        held.number,
        from_json(held.node, '{
            "title": "VARCHAR",
            "body": "VARCHAR",
            "url": "VARCHAR",
            "createdAt": "VARCHAR",
            "closedAt": "VARCHAR",
            "stateReason": "VARCHAR",
            "issueType": {"name": "VARCHAR"},
            "author": {"login": "VARCHAR", "__typename": "VARCHAR"},
            "authorAssociation": "VARCHAR",
            "milestone": {"number": "INTEGER", "title": "VARCHAR"},
            "labels": [{"name": "VARCHAR"}]
        }') as node
    from stg_issue_documents as held
    inner join stg_repositories as repositories
        on repositories.host = held.host and repositories.repo_id = held.repo_id
)

select
    nodes.repo,
    nodes.repo_id,
    nodes.number,
    nodes.node.title,
    prose(coalesce(nodes.node.body, '')) as body,
    url_in(nodes.repository, nodes.node.url) as url,
    login_of(nodes.node.author.login) as author,
    nodes.node.author.__typename as author_type,
    nodes.node.authorAssociation as author_association,
    nodes.node.milestone.number as milestone_number,
    coalesce(milestones.node->>'title', nodes.node.milestone.title) as milestone,
    list_distinct(list_transform(nodes.node.labels, lambda label: label.name)) as label_names,
    utc(nodes.node.createdAt) as opened_at,
    utc(nodes.node.closedAt) as closed_now_at,
    nodes.node.stateReason as reason_now,
    nodes.node.issueType.name as type
from nodes
cross join input_settings as settings
left join ledger.github_milestones as milestones
    on
        milestones.host = nodes.host
        and milestones.repo_id = nodes.repo_id
        and (milestones.node->>'number')::integer = nodes.node.milestone.number
where utc(nodes.node.createdAt) < settings.cutoff
