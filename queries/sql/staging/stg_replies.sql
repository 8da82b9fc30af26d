-- One row per comment and submitted review before the cutoff.
with comments as (
    select
        host,
        repo_id,
        number,
        unnest(from_json(
            node->'comments',
            '[{"createdAt": "VARCHAR", "author": {"login": "VARCHAR", "__typename": "VARCHAR"}}]'
        )) as reply
    from stg_pull_request_documents
),

reviews as (
    select
        host,
        repo_id,
        number,
        unnest(from_json(
            node->'reviews',
            '[{
                "state": "VARCHAR",
                "submittedAt": "VARCHAR",
                "authorAssociation": "VARCHAR",
                "author": {"login": "VARCHAR", "__typename": "VARCHAR"}
            }]'
        )) as reply
    from stg_pull_request_documents
),

talk as (
    select
        host,
        repo_id,
        number,
        'comment' as kind,
        null as state,
        reply.createdAt as replied_at,
        null as association,
        reply.author
    from comments
    union all
    select
        host,
        repo_id,
        number,
        'review' as kind,
        reply.state,
        reply.submittedAt as replied_at,
        reply.authorAssociation as association,
        reply.author
    from reviews
    where reply.state <> 'PENDING'
)

select
    repositories.repo,
    talk.number,
    talk.kind,
    talk.state,
    utc(talk.replied_at) as replied_at,
    talk.association,
    login_of(talk.author.login) as login,
    talk.author.__typename as account_type
from talk
inner join stg_repositories as repositories
    on repositories.host = talk.host and repositories.repo_id = talk.repo_id
cross join input_settings as settings
where utc(talk.replied_at) < settings.cutoff
