-- How many got there within so many days: cumulative incidence of the items of two periods, those
-- that have not got there counted for as long as they were watched (Kaplan-Meier).
with found as (
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
        least(found.waited_hours / 24.0, $horizon::double) as days,
        found.is_reached and found.waited_hours / 24.0 <= $horizon as is_reached
    from periods
    inner join found on found.day >= periods.start_on and found.day < periods.end_on
    inner join repositories on repositories.repo = found.repo
    where
        found.waited_hours is not null
        and repositories.synced_until >= $required_until::timestamp
        and ($repo::varchar is null or found.repo = $repo)
        and ($team::varchar is null or found.team = $team)
        and ($work_type::varchar is null or found.work_type = $work_type)
        and ($authorship::varchar is null or found.authorship = $authorship)
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
)

select
    period,
    days,
    1 - product(1 - reached / n) over (partition by period order by days) as share,
    reached,
    n
from at_risk
order by period, days
