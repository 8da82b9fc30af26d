-- One row per commit of a pull request, in the pull request's order, authored before the cutoff.
select
    repositories.repo,
    held.number,
    found.place,
    found.entry.commit.oid,
    prose(coalesce(found.entry.commit.message, '')) as message,
    utc(found.entry.commit.authoredDate) as authored_at,
    login_of(found.entry.commit.author.user.login) as author,
    found.entry.commit.author.user.__typename as author_type,
    lower(found.entry.commit.author.email) as author_email,
    login_of(found.entry.commit.committer.user.login) as committer,
    found.entry.commit.committer.user.__typename as committer_type,
    lower(found.entry.commit.committer.email) as committer_email
from stg_pull_request_documents as held
inner join stg_repositories as repositories
    on repositories.host = held.host and repositories.repo_id = held.repo_id
cross join input_settings as settings
cross join unnest(from_json(
    held.node->'commits',
    '[{"commit": {
        "oid": "VARCHAR",
        "message": "VARCHAR",
        "authoredDate": "VARCHAR",
        "author": {"email": "VARCHAR", "user": {"login": "VARCHAR", "__typename": "VARCHAR"}},
        "committer": {"email": "VARCHAR", "user": {"login": "VARCHAR", "__typename": "VARCHAR"}}
    }}]'
)) with ordinality as found(entry, place)
where
    utc(held.node->>'createdAt') < settings.cutoff
    and utc(found.entry.commit.authoredDate) < settings.cutoff
