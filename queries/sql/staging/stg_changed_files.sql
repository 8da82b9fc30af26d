-- One row per file that a pull request changes.
with files as (
    select
        repositories.repo,
        held.number,
        unnest(from_json(
            held.node->'files',
            '[{
                "path": "VARCHAR",
                "additions": "BIGINT",
                "deletions": "BIGINT",
                "changeType": "VARCHAR"
            }]'
        )) as file
    from stg_pull_request_documents as held
    inner join stg_repositories as repositories
        on repositories.host = held.host and repositories.repo_id = held.repo_id
    cross join input_settings as settings
    where utc(held.node->>'createdAt') < settings.cutoff
)

select
    repo,
    number,
    file.path,
    file.additions,
    file.deletions,
    file.changeType = 'RENAMED' as is_renamed,
    file.changeType = 'DELETED' as is_deleted,
    if(
        contains(file.path, '/'),
        array_to_string(list_slice(string_split(file.path, '/')[:-2], 1, 2), '/'),
        '(root)'
    ) as area
from files
