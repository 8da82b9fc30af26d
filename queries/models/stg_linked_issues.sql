-- One row per issue that a pull request closes.
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
