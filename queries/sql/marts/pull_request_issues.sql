-- Issues that pull requests close, as of the last reading.
-- Grain: repo, number, issue_repo, issue_number. Columns are stable unless marked experimental.
--
-- repo: owner/name of the pull request.
-- number: its number.
-- issue_repo: owner/name of the issue.
-- issue_number: its number.
select distinct
    linked.repo,
    linked.number::integer as number,
    issues.repo as issue_repo,
    issues.number::integer as issue_number
from int_linked_issues as linked
inner join stg_github_issues as issues
    on issues.repo = linked.issue_repo and issues.number = linked.issue_number
order by linked.repo, linked.number, issue_repo, issue_number
