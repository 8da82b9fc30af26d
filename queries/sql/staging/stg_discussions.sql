-- One row per discussion opened before the cutoff: names and casts only. An answered one is closed
-- for its author.
with nodes as (
    select
        repositories.repo,
        repositories.node as repository,
        repositories.repo_id,
        held.number,
        from_json(held.node, '{
            "title": "VARCHAR",
            "url": "VARCHAR",
            "createdAt": "VARCHAR",
            "closedAt": "VARCHAR",
            "stateReason": "VARCHAR",
            "author": {"login": "VARCHAR", "__typename": "VARCHAR"},
            "authorAssociation": "VARCHAR",
            "category": {"name": "VARCHAR"},
            "labels": [{"name": "VARCHAR"}],
            "answerChosenAt": "VARCHAR",
            "answerChosenBy": {"login": "VARCHAR", "__typename": "VARCHAR"}
        }') as node
    from stg_discussion_documents as held
    inner join stg_repositories as repositories
        on repositories.host = held.host and repositories.repo_id = held.repo_id
)

select
    nodes.repo,
    nodes.repo_id,
    nodes.number,
    nodes.node.title,
    url_in(nodes.repository, nodes.node.url) as url,
    login_of(nodes.node.author.login) as author,
    nodes.node.author.__typename as author_type,
    nodes.node.authorAssociation as author_association,
    nodes.node.category.name as category,
    list_transform(nodes.node.labels, lambda label: label.name) as labels,
    utc(nodes.node.createdAt) as opened_at,
    if(
        utc(nodes.node.answerChosenAt) < settings.cutoff,
        utc(nodes.node.answerChosenAt),
        null
    ) as answered_at,
    login_of(nodes.node.answerChosenBy.login) as answer_chosen_by,
    nodes.node.answerChosenBy.__typename as answer_chosen_by_type,
    if(utc(nodes.node.closedAt) < settings.cutoff, utc(nodes.node.closedAt), null) as closed_at,
    nodes.node.stateReason as state_reason
from nodes
cross join input_settings as settings
where utc(nodes.node.createdAt) < settings.cutoff
