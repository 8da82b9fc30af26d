-- What each tool cost by month, counted and within the scope; tools beyond the fifth are added up.
with each as (
    select
        month,
        tool,
        sum(cost_usd) as cost_usd
    from tools
    where
        tool is distinct from ''
        and month >= date_trunc('month', $start_on::date)
        and month < $end_on::date
    group by month, tool
),

ranked as (
    select
        tool,
        row_number() over (order by sum(cost_usd) desc nulls last, tool) as place
    from each
    group by tool
)

select
    each.month as start_on,
    least(ranked.place, 6) as place,
    if(ranked.place > 5, 'all others', each.tool) as name,
    if(
        last_day(each.month) <= any_value(snapshot.as_of),
        coalesce(sum(each.cost_usd), 0),
        0
    ) as final_usd,
    if(
        last_day(each.month) <= any_value(snapshot.as_of),
        0,
        coalesce(sum(each.cost_usd), 0)
    ) as provisional_usd
from each
inner join ranked on ranked.tool = each.tool
cross join snapshot
group by each.month, 2, 3
order by each.month, 2
