-- What money went to by month and by what was decided about the tool by then: adopt, trial, hold or
-- retire, or nothing.
with each as (
    select
        month as start_on,
        coalesce(decision, 'not decided') as name,
        sum(cost_usd) as cost_usd
    from tools
    where
        tool is distinct from ''
        and month >= date_trunc('month', $start_on::date)
        and month < $end_on::date
    group by 1, 2
)

select
    each.start_on,
    list_position(['adopt', 'trial', 'hold', 'retire', 'not decided'], each.name) as place,
    each.name,
    if(last_day(each.start_on) <= snapshot.as_of, coalesce(each.cost_usd, 0), 0) as final_usd,
    if(last_day(each.start_on) <= snapshot.as_of, 0, coalesce(each.cost_usd, 0)) as provisional_usd
from each
cross join snapshot
order by each.start_on, place
