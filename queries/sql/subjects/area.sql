-- What rows of an area that a pull request changed show.
select
    pull_requests.repo,
    pull_requests.number,
    pull_requests.title,
    changed.area,
    pull_requests.team,
    pull_requests.merged_at,
    areas.is_alive,
    changed.additions,
    changed.deletions,
    pull_requests.url
from pull_request_areas as changed
inner join pull_requests
    on
        pull_requests.repo = changed.repo
        and pull_requests.number = changed.number
left join areas on areas.repo = changed.repo and areas.area = changed.area
