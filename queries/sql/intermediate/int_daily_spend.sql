-- One row per day that was read: counted usage in scope as `spend` has it, and seats apart. What the
-- forecast reads.
with read_days as (
    select day, bool_or(is_provisional) as is_provisional
    from stg_spend_partitions
    group by day
),

published as (
    select
        day,
        -- decimals, so that sums do not depend on their order
        sum(cost_usd::decimal(24, 8)) filter (
            cost_basis <> 'seat'
            and charge = 'usage'
        )::double as usd,
        sum(cost_usd::decimal(24, 8)) filter (
            cost_basis = 'seat'
            or charge = 'seat'
        )::double as seats_usd,
        coalesce(bool_or(gap = 'not final yet'), false) as is_waiting
    from spend
    where is_counted and is_in_scope
    group by day
)

select
    read_days.day,
    coalesce(published.usd, 0) as usd,
    coalesce(published.seats_usd, 0) as seats_usd,
    -- vendors restate for weeks, but what still moves much is the last three days
    (read_days.is_provisional and read_days.day > settings.as_of - 3)
    or coalesce(published.is_waiting, false) as is_provisional
from read_days
cross join input_settings as settings
left join published on published.day = read_days.day
order by read_days.day
