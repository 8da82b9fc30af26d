-- One row per event of an issue, future ones included; `is_past` marks those before the cutoff.
select
    repositories.repo,
    held.number,
    found.place,
    found.event.__typename as type,
    utc(found.event.createdAt) as happened_at,
    utc(found.event.createdAt) < settings.cutoff as is_past,
    login_of(found.event.actor.login) as actor,
    found.event.actor.__typename as actor_type,
    found.event.label.name as label,
    found.event.stateReason as state_reason,
    found.event.closer.repository.databaseId as closer_repo_id,
    found.event.closer.number as closer_number
from stg_issue_documents as held
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
        "stateReason": "VARCHAR",
        "closer": {"number": "INTEGER", "repository": {"databaseId": "BIGINT"}}
    }]'
)) with ordinality as found(event, place)
where utc(held.node->>'createdAt') < settings.cutoff
