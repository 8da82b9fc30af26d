-- Counted spend within the scope by day, seats apart, as the forecast reads it: a day without spend
-- is 0, and what comes after the last final day may still change.
with told as (
    select
        day,
        sum(cost_usd) filter (cost_basis <> 'seat' and charge = 'usage') as usd,
        sum(cost_usd) filter (cost_basis = 'seat' or charge = 'seat') as seats_usd
    from spend
    where is_counted and is_in_scope
    group by day
),

final as (
    select max(counted_until) as until
    from forecasts
),

days as (
    select
        unnest(
            generate_series(
                min(told.day),
                greatest(max(told.day), any_value(final.until)),
                interval 1 day
            )
        )::date
        as day
    from told
    cross join final
)

select
    days.day,
    coalesce(told.usd, 0) as usd,
    coalesce(told.seats_usd, 0) as seats_usd,
    coalesce(days.day > final.until, true) as is_provisional
from days
cross join final
left join told on told.day = days.day
order by days.day
