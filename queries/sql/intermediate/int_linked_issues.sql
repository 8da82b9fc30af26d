-- One row per issue that a pull request closes, as either of them tells, with its type and the
-- labels that it carries as of the cutoff; of an issue that is not read, those of the last reading. An issue that
-- was opened after the cutoff is not there yet, and one that GitHub no longer shows never was.
with closed as (
    select
        host,
        repo_id,
        number,
        unnest(from_json(
            node->'closingIssuesReferences',
            '[{
                "number": "INTEGER",
                "repository": {"databaseId": "BIGINT"},
                "labels": {"nodes": [{"name": "VARCHAR"}]},
                "issueType": {"name": "VARCHAR"}
            }]'
        )) as issue
    from stg_pull_request_documents
),

closers as (
    select
        host,
        repo_id,
        number,
        unnest(from_json(
            node->'closedByPullRequestsReferences',
            '[{"number": "INTEGER", "repository": {"databaseId": "BIGINT"}}]'
        )) as pull
    from stg_issue_documents
),

told as (
    select
        host,
        repo_id,
        number,
        issue.repository.databaseId as issue_repo_id,
        issue.number as issue_number,
        list_transform(issue.labels.nodes, lambda label: label.name) as labels,
        issue.issueType.name as type
    from closed
    union all
    select
        host,
        pull.repository.databaseId,
        pull.number,
        repo_id,
        number,
        null,
        null
    from closers
),

linked as (
    select
        pull_requests.repo,
        told.number,
        issue_repositories.repo as issue_repo,
        told.issue_number,
        any_value(told.labels) as labels,
        any_value(told.type) as type
    from told
    inner join stg_repositories as repositories
        on repositories.host = told.host and repositories.repo_id = told.repo_id
    inner join stg_pull_requests as pull_requests
        on pull_requests.repo = repositories.repo and pull_requests.number = told.number
    left join stg_repositories as issue_repositories
        on issue_repositories.host = told.host and issue_repositories.repo_id = told.issue_repo_id
    group by
        pull_requests.repo,
        told.number,
        told.issue_repo_id,
        issue_repositories.repo,
        told.issue_number
),

absent as (
    select repositories.repo, held.number
    from ledger.github_issues as held
    inner join stg_repositories as repositories
        on repositories.host = held.host and repositories.repo_id = held.repo_id
    cross join input_settings as settings
    where held.deleted_at is not null or utc(held.node->>'createdAt') >= settings.cutoff
)

select
    linked.* replace (
        coalesce(issues.labels, linked.labels) as labels, coalesce(issues.type, linked.type) as type
    )
from linked
left join int_issues as issues
    on issues.repo = linked.issue_repo and issues.number = linked.issue_number
anti join absent on absent.repo = linked.issue_repo and absent.number = linked.issue_number
