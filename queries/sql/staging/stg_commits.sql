-- One row per commit of a pull request, in the pull request's order, authored before the cutoff.
with lists as (
    select
        repositories.repo,
        held.number,
        settings.cutoff,
        from_json(
            held.node->'commits',
            '[{"commit": {
                "oid": "VARCHAR",
                "message": "VARCHAR",
                "authoredDate": "VARCHAR",
                "author": {
                    "email": "VARCHAR", "user": {"login": "VARCHAR", "__typename": "VARCHAR"}
                },
                "committer": {
                    "email": "VARCHAR", "user": {"login": "VARCHAR", "__typename": "VARCHAR"}
                }
            }}]'
        ) as entries
    from stg_pull_request_documents as held
    inner join stg_repositories as repositories
        on repositories.host = held.host and repositories.repo_id = held.repo_id
    cross join input_settings as settings
    where utc(held.node->>'createdAt') < settings.cutoff
),

entries as (
    select
        repo,
        number,
        cutoff,
        unnest(range(1, len(entries) + 1)) as place,
        unnest(entries) as entry
    from lists
)

select
    repo,
    number,
    place,
    entry.commit.oid,
    prose(coalesce(entry.commit.message, '')) as message,
    utc(entry.commit.authoredDate) as authored_at,
    login_of(entry.commit.author.user.login) as author,
    entry.commit.author.user.__typename as author_type,
    lower(entry.commit.author.email) as author_email,
    login_of(entry.commit.committer.user.login) as committer,
    entry.commit.committer.user.__typename as committer_type,
    lower(entry.commit.committer.email) as committer_email
from entries
where utc(entry.commit.authoredDate) < cutoff
