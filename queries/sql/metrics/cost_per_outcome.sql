-- Dollars per outcome: counted usage and seats in scope of a window, over the outcomes of the same
-- window that are durable or not observable, as a ratio of sums. Undone and provisional outcomes
-- are excluded; credits and taxes are no cost. Refused under 5 outcomes, or where the spend is
-- known for fewer than four fifths of the days.
select
    happened_on as day,
    repo,
    ref as key,
    null::varchar as team,
    null::varchar as work_type,
    null::varchar as authorship,
    if(durability in ('durable', 'not observable'), 1.0::double, null) as value,
    durability in ('undone', 'provisional') as is_excluded,
    null::double as cost_usd
from outcomes
union all
select
    day,
    null,
    null,
    null,
    null,
    null,
    null,
    false,
    coalesce(sum(cost_usd::decimal(24, 6)) filter (is_in_scope and charge in ('usage', 'seat')), 0)::double
from spend
where is_counted and not is_provisional
group by day
