-- The items behind a number, newest first, with what each counts as.
with items as (
    {items}
)

select
    items.day,
    items.repo,
    items.number,
    pull_requests.title,
    if(isinf(items.value), null, items.value) as value,
    case
        when items.is_excluded then 'left out'
        when items.value is null then 'no value'
        when isinf(items.value) then 'longer than any'
        else 'counted'
    end as counts_as,
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
inner join repositories on repositories.repo = items.repo
where
    items.day >= $start_on::date
    and items.day < $end_on::date
    and ($repo::varchar is null or items.repo = $repo)
    and ($team::varchar is null or items.team = $team)
    and ($work_type::varchar is null or items.work_type = $work_type)
    and ($authorship::varchar is null or items.authorship = $authorship)
    and repositories.observed_until >= $required_until::timestamp
order by items.day desc, items.repo, items.number desc
