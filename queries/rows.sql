-- The items behind a number, newest first.
with items as (
    {items}
)

select
    items.day,
    items.repo,
    items.number,
    pull_requests.title,
    items.value,
    items.is_excluded,
    pull_requests.state,
    pull_requests.work_type,
    pull_requests.authorship,
    pull_requests.team,
    pull_requests.opened_at,
    pull_requests.ready_at,
    pull_requests.first_response_at,
    pull_requests.merged_at,
    pull_requests.url
from items
inner join pull_requests on pull_requests.repo = items.repo and pull_requests.number = items.number
where
    items.day >= $start_on
    and items.day < $end_on
    and ($repo::varchar is null or items.repo = $repo)
    and ($team::varchar is null or items.team = $team)
    and ($work_type::varchar is null or items.work_type = $work_type)
    and ($authorship::varchar is null or items.authorship = $authorship)
order by items.day desc, items.repo, items.number desc
