-- One row per event of a pull request or an issue (`tracker`), future ones included; `is_past`
-- marks those before the cutoff. `place` is the position in the item's timeline.
with documents as (
    select 'pull request' as tracker, * from stg_pull_request_documents
    union all
    select 'issue', * from stg_issue_documents
),

timelines as (
    select
        repositories.repo,
        documents.tracker,
        documents.number,
        settings.cutoff,
        from_json(
            documents.node->'timelineItems',
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
                },
                "stateReason": "VARCHAR",
                "closer": {
                    "number": "INTEGER",
                    "repository": {"databaseId": "BIGINT"},
                    "oid": "VARCHAR"
                }
            }]'
        ) as events
    from documents
    inner join stg_repositories as repositories
        on repositories.host = documents.host and repositories.repo_id = documents.repo_id
    cross join input_settings as settings
    where utc(documents.node->>'createdAt') < settings.cutoff
),

timeline as (
    select
        repo,
        tracker,
        number,
        cutoff,
        unnest(events) as event,
        unnest(range(1, len(events) + 1)) as place
    from timelines
)

select
    timeline.repo,
    timeline.tracker,
    timeline.number,
    timeline.place,
    timeline.event.__typename as type,
    utc(timeline.event.createdAt) as happened_at,
    utc(timeline.event.createdAt) < timeline.cutoff as is_past,
    login_of(timeline.event.actor.login) as actor,
    timeline.event.actor.__typename as actor_type,
    timeline.event.label.name as label,
    login_of(timeline.event.assignee.login) as assignee,
    timeline.event.assignee.__typename as assignee_type,
    timeline.event.source.__typename as source_type,
    timeline.event.source.repository.databaseId as source_repo_id,
    timeline.event.source.number as source_number,
    timeline.event.stateReason as state_reason,
    timeline.event.closer.repository.databaseId as closer_repo_id,
    timeline.event.closer.number as closer_number,
    timeline.event.closer.oid as closer_oid
from timeline
