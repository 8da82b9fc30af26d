-- The month of the snapshot day by day: what was spent through each day, within the scope, and what
-- will have been spent by each day to come, with its 80 % interval.
with told as (
    select
        day,
        sum(cost_usd) as usd
    from spend
    where is_counted and is_in_scope and charge in ('usage', 'seat')
    group by day
),

days as (
    select
        unnest(
            generate_series(date_trunc('month', as_of), last_day(as_of), interval 1 day)
        )::date as day
    from snapshot
),

known as (
    select
        max(counted_until) as final_until,
        -- a day of which a part is not final yet is not spent
        greatest(
            (
                select max(day)
                from told
                where
                    day < coalesce(
                        (select min(day) from spend where gap = 'not final yet'),
                        date '9999-12-31'
                    )
            ),
            max(counted_until)
        ) as until
    from forecasts
)

select
    days.day,
    if(
        days.day <= known.until,
        sum(coalesce(told.usd, 0)) over (order by days.day),
        null
    ) as spent_usd,
    coalesce(days.day > known.final_until, true) as is_provisional,
    forecast_days.point as expected_usd,
    forecast_days.lo as lo_usd,
    forecast_days.hi as hi_usd,
    budget.budget_usd
from days
cross join known
left join told on told.day = days.day
left join forecast_days on forecast_days.day = days.day
left join budget on budget.month = date_trunc('month', days.day)
order by days.day
