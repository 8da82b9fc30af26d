-- One row per comment on an issue, and per comment and reply in a discussion, before the cutoff.
with told as (
    select
        host,
        repo_id,
        number,
        unnest(from_json(
            node->'comments',
            '[{"createdAt": "VARCHAR", "authorAssociation": "VARCHAR",
               "author": {"login": "VARCHAR", "__typename": "VARCHAR"}}]'
        )) as reply
    from stg_issue_documents
),

discussed as (
    select
        held.host,
        held.repo_id,
        held.number,
        unnest(from_json(
            held.node->'comments',
            '[{"createdAt": "VARCHAR", "authorAssociation": "VARCHAR",
               "author": {"login": "VARCHAR", "__typename": "VARCHAR"},
               "replies": [{"createdAt": "VARCHAR", "authorAssociation": "VARCHAR",
                            "author": {"login": "VARCHAR", "__typename": "VARCHAR"}}]}]'
        )) as comment
    from stg_discussion_documents as held
),

answered as (
    select host, repo_id, number, unnest(comment.replies) as reply
    from discussed
),

replies as (
    select
        host,
        repo_id,
        number,
        reply.createdAt as replied_at,
        reply.authorAssociation as association,
        reply.author
    from told
    union all
    select host, repo_id, number, comment.createdAt, comment.authorAssociation, comment.author
    from discussed
    union all
    select host, repo_id, number, reply.createdAt, reply.authorAssociation, reply.author
    from answered
)

select
    repositories.repo,
    replies.number,
    utc(replies.replied_at) as replied_at,
    replies.association,
    login_of(replies.author.login) as login,
    replies.author.__typename as account_type
from replies
inner join stg_repositories as repositories
    on repositories.host = replies.host and repositories.repo_id = replies.repo_id
cross join input_settings as settings
where utc(replies.replied_at) < settings.cutoff
