-- One row per file that codifies knowledge, with the facts of its newest text.
select
    repositories.repo,
    held.path,
    held.kind,
    held.covers,
    held.is_link,
    held.size,
    held.facts->>'pointer' as pointer,
    from_json(
        held.facts->'patterns',
        '[{"text": "VARCHAR", "prefix": "VARCHAR", "regex": "VARCHAR"}]'
    ) as patterns,
    (held.facts->>'rules')::integer as rules,
    (held.facts->>'reasons')::integer as reasons,
    coalesce((held.facts->>'is_record')::boolean, false) as is_record,
    coalesce((held.facts->>'has_status')::boolean, false) as has_status,
    held.facts->>'status' as status,
    held.facts->>'superseded_by' as superseded_by,
    (held.facts->>'decided_on')::date as decided_on,
    (held.facts->>'has_why')::boolean as has_why,
    held.read_at,
    held.deleted_at
from ledger.github_knowledge_files as held
inner join stg_repositories as repositories
    on repositories.host = held.host and repositories.repo_id = held.repo_id
