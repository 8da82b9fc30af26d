-- Counted spend within the scope of each month, divided by its engineers: those of people.csv, or
-- without it the distinct human authors of the month's pull requests.
with monthly as (
    select
        date_trunc('month', day)::date as month,
        sum(cost_usd) as cost_usd
    from spend
    where is_counted and is_in_scope and charge in ('usage', 'seat')
    group by 1
),

first as (
    select min(day) as day
    from spend
    where is_counted
)

select
    monthly.month,
    monthly.cost_usd,
    engineers.engineers,
    engineers.basis,
    monthly.cost_usd / nullif(engineers.engineers, 0) as usd_per_engineer,
    -- a week at the start may be missing: weekends and holidays cost nothing
    last_day(monthly.month) > snapshot.as_of or first.day >= monthly.month + 7 as is_partial
from monthly
cross join first
cross join snapshot
left join engineers on engineers.month = monthly.month and engineers.team is null
where monthly.month >= date_trunc('month', $start_on::date) and monthly.month < $end_on::date
order by monthly.month
