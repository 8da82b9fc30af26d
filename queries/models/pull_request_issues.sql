-- Issues that pull requests close, as of the last reading.
-- Grain: repo, number, issue_repo, issue_number. Stable.
--
-- repo: owner/name of the pull request. Stable.
-- number: its number. Stable.
-- issue_repo: owner/name of the issue. Stable.
-- issue_number: its number. Stable.
with pairs as (
    select linked.repo, linked.number, linked.issue_repo_id, linked.issue_number
    from stg_linked_issues as linked
    union
    select pulls.repo, found.pull.number, held.repo_id, held.number
    from ledger.github_issues as held
    cross join unnest(from_json(
        held.node->'closedByPullRequestsReferences',
        '[{"number": "INTEGER", "repository": {"databaseId": "BIGINT"}}]'
    )) as found(pull)
    inner join stg_repositories as pulls on pulls.repo_id = found.pull.repository.databaseId
)

select distinct
    pairs.repo,
    pairs.number::integer as number,
    issues.repo as issue_repo,
    issues.number::integer as issue_number
from pairs
inner join stg_github_issues as issues
    on issues.repo_id = pairs.issue_repo_id and issues.number = pairs.issue_number
inner join stg_pull_requests as pull_requests
    on pull_requests.repo = pairs.repo and pull_requests.number = pairs.number
order by pairs.repo, pairs.number, issue_repo, issue_number
