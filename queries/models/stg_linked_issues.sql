-- One row per issue that a pull request closes, with the labels that it carries as of the cutoff; of an issue that is not
-- read, those of the last reading. An issue that was opened after the cutoff is not there yet.
with linked as (
    select
        repositories.repo,
        held.number,
        found.issue.repository.databaseId as issue_repo_id,
        found.issue.number as issue_number,
        list_transform(found.issue.labels.nodes, lambda label: label.name) as labels
    from ledger.github_pull_requests as held
    inner join stg_repositories as repositories
        on repositories.host = held.host and repositories.repo_id = held.repo_id
    cross join stg_settings as settings
    cross join unnest(from_json(
        held.node->'closingIssuesReferences',
        '[{
            "number": "INTEGER",
            "repository": {"databaseId": "BIGINT"},
            "labels": {"nodes": [{"name": "VARCHAR"}]}
        }]'
    )) as found(issue)
    where utc(held.node->>'createdAt') < settings.cutoff
),

later as (
    select repositories.repo_id, held.number
    from ledger.github_issues as held
    inner join stg_repositories as repositories
        on repositories.host = held.host and repositories.repo_id = held.repo_id
    cross join stg_settings as settings
    where utc(held.node->>'createdAt') >= settings.cutoff
)

select linked.* replace (coalesce(issues.labels, linked.labels) as labels)
from linked
left join stg_issues as issues
    on issues.repo_id = linked.issue_repo_id and issues.number = linked.issue_number
anti join later on later.repo_id = linked.issue_repo_id and later.number = linked.issue_number
