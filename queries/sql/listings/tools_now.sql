-- Each tool that money went to in the period: what it cost in the newest complete month and in the
-- one before, its share, and what was decided about it.
with each as (
    select
        month,
        tool,
        string_agg(distinct provider, ', ' order by provider) as providers,
        sum(cost_usd) as cost_usd,
        sum(share) as share,
        any_value(decision) as decision
    from tools
    where
        tool is distinct from ''
        and month >= date_trunc('month', $start_on::date)
        and month < $end_on::date
    group by month, tool
),

newest as (
    select
        coalesce(
            max(each.month) filter (last_day(each.month) <= snapshot.as_of),
            max(each.month)
        ) as month
    from each
    cross join snapshot
)

select
    each.tool,
    arg_max(each.providers, each.month) as providers,
    arg_max(coalesce(each.decision, 'not decided'), each.month) as decision,
    any_value(newest.month) as month,
    coalesce(sum(each.cost_usd) filter (each.month = newest.month), 0) as cost_usd,
    coalesce(sum(each.share) filter (each.month = newest.month), 0) as share,
    coalesce(
        sum(each.cost_usd) filter (each.month = newest.month - interval 1 month),
        0
    ) as month_before_usd,
    min(each.month) filter (each.cost_usd > 0) as first_month,
    max(each.month) filter (each.cost_usd > 0) as last_month
from each
cross join newest
group by each.tool
order by cost_usd desc, each.tool
