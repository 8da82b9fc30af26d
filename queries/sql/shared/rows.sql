-- Items behind a number, newest first, with how each counts and the columns of its subject.
with items as (
    {items}
),

matching as (
    select
        items.* exclude (value),
        if(isinf(items.value), null, items.value) as value,
        case
            when items.is_excluded then 'left out'
            when items.value is null then 'no value'
            when isinf(items.value) then 'unfinished'
            else 'counted'
        end as counts_as
    from items
    where
        items.day >= $start_on::date
        and items.day < $end_on::date
        and ($repo::varchar is null or items.repo = $repo)
        and ($team::varchar is null or items.team = $team)
        and ($work_type::varchar is null or items.work_type = $work_type)
        and ($authorship::varchar is null or items.authorship = $authorship)
        and items.synced_until >= $required_until::timestamp
),

listed as (
    {listed}
),

subjects as (
    {subject}
)

select
    listed.day,
    listed.repo,
    subjects.title,
    listed.value,
    listed.counts_as,{total}
    subjects.* exclude (repo, title)
from listed
inner join subjects using ({ids})
order by listed.day desc, {ids}
