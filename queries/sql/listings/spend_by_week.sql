-- Counted spend within the scope, usage and seats, by ISO week and provider or tool, the largest
-- first; those beyond the fifth are added up. What the vendor may still restate is apart. Days of
-- which a part is not final yet are left out.
with counted as (
    select
        date_trunc('week', day)::date as start_on,
        coalesce(if($by = 'tool', tool, provider), 'not told') as name,
        cost_usd,
        is_provisional
    from spend
    where
        provider is distinct from ''
        and is_counted
        and is_in_scope
        and charge in ('usage', 'seat')
        and day >= $start_on::date
        and day < $end_on::date
        and day not in (select day from spend where gap = 'not final yet')
),

ranked as (
    select
        name,
        row_number() over (order by sum(cost_usd) desc nulls last, name) as place
    from counted
    group by name
)

select
    counted.start_on,
    least(ranked.place, 6) as place,
    if(ranked.place > 5, 'all others', counted.name) as name,
    coalesce(sum(counted.cost_usd) filter (not counted.is_provisional), 0) as final_usd,
    coalesce(sum(counted.cost_usd) filter (counted.is_provisional), 0) as provisional_usd
from counted
inner join ranked on ranked.name = counted.name
group by all
order by counted.start_on, 2
