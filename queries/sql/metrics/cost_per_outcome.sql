-- Dollars per outcome: counted usage and seats in scope of a window, over the outcomes of the same
-- window that are durable or not observable, as a ratio of sums. Undone and provisional outcomes
-- are excluded; credits and taxes are no cost. Refused under 5 outcomes, or if the spend is known
-- for fewer than four fifths of the days.
with daily_spend as (
    select
        day,
        sum(cost_usd::decimal(24, 6)) filter (
            is_in_scope
            and charge in ('usage', 'seat')
        ) as cost_usd
    from spend
    where is_counted and not is_provisional
    group by day
    -- a day of which a part is missing is not known
    having count(gap) = 0
)

select
    happened_on as day,
    repo,
    outcome_id as key,
    if(durability in ('durable', 'not observable'), 1.0::double, null) as value,
    durability in ('undone', 'provisional') as is_excluded
from outcomes
union all by name
select day, coalesce(cost_usd, 0)::double as cost_usd
from daily_spend
