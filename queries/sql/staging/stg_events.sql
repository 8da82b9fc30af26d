-- One row per event of a pull request, future ones included; `is_past` marks those before the
-- cutoff.
select
    repositories.repo,
    held.number,
    found.event.__typename as type,
    utc(found.event.createdAt) as happened_at,
    utc(found.event.createdAt) < settings.cutoff as is_past,
    login_of(found.event.actor.login) as actor,
    found.event.actor.__typename as actor_type,
    found.event.label.name as label,
    login_of(found.event.assignee.login) as assignee,
    found.event.assignee.__typename as assignee_type,
    found.event.source.__typename as source_type,
    found.event.source.repository.databaseId as source_repo_id,
    found.event.source.number as source_number
from stg_pull_request_documents as held
inner join stg_repositories as repositories
    on repositories.host = held.host and repositories.repo_id = held.repo_id
cross join input_settings as settings
cross join unnest(from_json(
    held.node->'timelineItems',
    '[{
        "__typename": "VARCHAR",
        "createdAt": "VARCHAR",
        "actor": {"login": "VARCHAR", "__typename": "VARCHAR"},
        "label": {"name": "VARCHAR"},
        "assignee": {"login": "VARCHAR", "__typename": "VARCHAR"},
        "source": {
            "__typename": "VARCHAR",
            "number": "INTEGER",
            "repository": {"databaseId": "BIGINT"}
        }
    }]'
)) as found(event)
where utc(held.node->>'createdAt') < settings.cutoff
