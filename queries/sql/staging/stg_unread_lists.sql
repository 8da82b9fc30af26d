-- One row per pull request, issue and discussion with lists that GitHub did not return to the
-- collector: their contents are unknown, which is not empty.
with documents as (
    select 'pull request' as tracker, * from stg_pull_request_documents
    union all
    select 'issue', * from stg_issue_documents
    union all
    select 'discussion', * from stg_discussion_documents
),

-- most documents have none: they are not parsed
candidates as (
    select
        *,
        json_type(
            node,
            [
                '$.assignees', '$.closedByPullRequestsReferences', '$.closingIssuesReferences',
                '$.comments', '$.commits', '$.files', '$.labels', '$.reviews', '$.timelineItems'
            ]
        ) as types
    from documents
    where regexp_matches(
        node,
        '"(assignees|closedByPullRequestsReferences|closingIssuesReferences|comments|commits|files'
        || '|labels|reviews|timelineItems)": ?null'
    )
)

select
    repositories.repo,
    candidates.tracker,
    candidates.number,
    list_filter(
        [
            'assignees', 'closing pull requests', 'closing issues', 'comments', 'commits', 'files',
            'labels', 'reviews', 'timeline'
        ],
        lambda name, index: candidates.types[index] = 'NULL'
    ) as lists
from candidates
inner join stg_repositories as repositories
    on repositories.host = candidates.host and repositories.repo_id = candidates.repo_id
where list_contains(candidates.types, 'NULL')
