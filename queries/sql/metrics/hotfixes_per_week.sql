-- Hotfixes merged per week that name the change they repair, or close an incident that names it;
-- each counts once.
with hotfixes as (
    select
        by_repo,
        by_number,
        min(happened_at) as merged_at
    from rework
    where kind = 'hotfix'
    group by by_repo, by_number
)

select
    hotfixes.merged_at::date as day,
    pull_requests.repo,
    pull_requests.number,
    pull_requests.team,
    pull_requests.work_type,
    pull_requests.authorship,
    1.0::double as value
from hotfixes
inner join pull_requests
    on pull_requests.repo = hotfixes.by_repo and pull_requests.number = hotfixes.by_number
