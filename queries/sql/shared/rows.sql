-- Items behind a number, newest first, with how each counts and the columns of its subject.
with items as (
    {items}
),

subjects as (
    {subject}
)

select
    items.day,
    items.repo,
    subjects.title,
    if(isinf(items.value), null, items.value) as value,
    case
        when items.is_excluded then 'left out'
        when items.value is null then 'no value'
        when isinf(items.value) then 'unfinished'
        else 'counted'
    end as counts_as,
    subjects.* exclude (repo, title)
from items
inner join subjects using ({ids})
where
    items.day >= $start_on::date
    and items.day < $end_on::date
    and ($repo::varchar is null or items.repo = $repo)
    and ($team::varchar is null or items.team = $team)
    and ($work_type::varchar is null or items.work_type = $work_type)
    and ($authorship::varchar is null or items.authorship = $authorship)
    and items.synced_until >= $required_until::timestamp
order by items.day desc, {ids}
