-- How many got there within so many days: cumulative incidence of the items of two periods, those
-- that have not got there counted for as long as they were watched (Kaplan-Meier).
with items as (
    {items}
),

periods as (
    select
        unnest($names::varchar[]) as period,
        unnest($starts::date[]) as start_on,
        unnest($ends::date[]) as end_on
),

watched as (
    select
        periods.period,
        -- what was watched for longer than the curve goes is watched to its end
        least(items.waited_hours / 24.0, $horizon::double) as days,
        items.is_reached and items.waited_hours / 24.0 <= $horizon as is_reached
    from periods
    inner join items on items.day >= periods.start_on and items.day < periods.end_on
    where
        items.waited_hours is not null
        and items.synced_until >= $required_until::timestamp
        and ($repo::varchar is null or items.repo = $repo)
        and ($team::varchar is null or items.team = $team)
        and ($work_type::varchar is null or items.work_type = $work_type)
        and ($authorship::varchar is null or items.authorship = $authorship)
),

moments as (
    select
        period,
        days,
        count(*) as items,
        count(*) filter (is_reached) as reached
    from watched
    group by period, days
),

at_risk as (
    select
        period,
        days,
        reached,
        sum(items) over (
            partition by period
            order by days
            rows between current row and unbounded following
        )::bigint as n
    from moments
),

steps as (
    select
        *,
        1 - product(1 - reached / n) over (partition by period order by days) as share
    from at_risk
)

-- The steps of six hours are one, so that a curve has at most four points a day.
select
    period,
    max(days) as days,
    max(share) as share,
    sum(reached)::bigint as reached,
    max(n) as n
from steps
group by period, ceil(days * 4)
order by period, days
