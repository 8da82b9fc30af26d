-- One row per comment and submitted review before the cutoff.
with talk as (
    select
        held.host,
        held.repo_id,
        held.number,
        'comment' as kind,
        null as state,
        found.reply.createdAt as replied_at,
        null as association,
        found.reply.author
    from stg_pull_request_documents as held
    cross join unnest(from_json(
        held.node->'comments',
        '[{"createdAt": "VARCHAR", "author": {"login": "VARCHAR", "__typename": "VARCHAR"}}]'
    )) as found(reply)
    union all
    select
        held.host,
        held.repo_id,
        held.number,
        'review' as kind,
        found.reply.state,
        found.reply.submittedAt as replied_at,
        found.reply.authorAssociation as association,
        found.reply.author
    from stg_pull_request_documents as held
    cross join unnest(from_json(
        held.node->'reviews',
        '[{
            "state": "VARCHAR",
            "submittedAt": "VARCHAR",
            "authorAssociation": "VARCHAR",
            "author": {"login": "VARCHAR", "__typename": "VARCHAR"}
        }]'
    )) as found(reply)
    where found.reply.state <> 'PENDING'
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
