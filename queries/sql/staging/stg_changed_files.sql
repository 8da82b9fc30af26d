-- One row per file that a pull request changes.
select
    repositories.repo,
    held.number,
    found.file.path,
    found.file.additions,
    found.file.deletions,
    found.file.changeType = 'RENAMED' as is_renamed,
    found.file.changeType = 'DELETED' as is_deleted,
    if(
        contains(found.file.path, '/'),
        array_to_string(list_slice(string_split(found.file.path, '/')[:-2], 1, 2), '/'),
        '(root)'
    ) as area
from stg_pull_request_documents as held
inner join stg_repositories as repositories
    on repositories.host = held.host and repositories.repo_id = held.repo_id
cross join input_settings as settings
cross join unnest(from_json(
    held.node->'files',
    '[{"path": "VARCHAR", "additions": "BIGINT", "deletions": "BIGINT", "changeType": "VARCHAR"}]'
)) as found(file)
where utc(held.node->>'createdAt') < settings.cutoff
