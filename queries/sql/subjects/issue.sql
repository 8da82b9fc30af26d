-- What rows of an issue show, with the first release or production deployment of a change that is
-- linked to it.
with shipped as (
    select
        links.issue_repo as repo,
        links.issue_number as number,
        min(least(pull_requests.released_at, pull_requests.deployed_at)) as shipped_at
    from pull_request_issues as links
    semi join listed
        on listed.repo = links.issue_repo and listed.number = links.issue_number
    inner join pull_requests
        on
            pull_requests.repo = links.repo
            and pull_requests.number = links.number
    group by links.issue_repo, links.issue_number
)

select
    issues.repo,
    issues.number,
    issues.title,
    issues.tracker,
    issues.state,
    issues.state_reason,
    issues.labels,
    issues.opened_at,
    issues.first_response_at,
    issues.closed_at,
    issues.closed_by_kind,
    shipped.shipped_at,
    issues.url
from issues
left join shipped on shipped.repo = issues.repo and shipped.number = issues.number
