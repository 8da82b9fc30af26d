-- One row per issue and pull request with the milestone it carries, and whether it is done.
select
    issues.repo,
    issues.number,
    issues.repo as milestone_repo,
    carried.milestone_number,
    issues.state = 'closed' as is_done
from issues
inner join stg_github_issues as carried
    on
        carried.repo = issues.repo
        and carried.number = issues.number
union all
select
    pull_requests.repo,
    pull_requests.number,
    pull_requests.repo,
    carried.milestone_number,
    pull_requests.merged_at is not null
from pull_requests
inner join int_pull_requests as carried
    on carried.repo = pull_requests.repo and carried.number = pull_requests.number
