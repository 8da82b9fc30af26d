-- Tools that money was spent on, by month: what each cost, its share, and what was decided about
-- it.
-- Grain: month, tool, provider. Columns are stable unless marked experimental.
--
-- month: first day of the month.
-- tool: as in spend.
-- provider: as in spend.
-- cost_usd: counted usage and seats within the scope.
-- share: of all tools of the month.
-- decision: adopt, trial, hold or retire, the newest by the end of the month; null without one.
with monthly as (
    select
        date_trunc('month', day)::date as month,
        tool,
        provider,
        sum(cost_usd::decimal(24, 8)) as cost_usd
    from spend
    where is_counted and is_in_scope and charge in ('usage', 'seat') and tool <> ''
    group by 1, 2, 3
)

select
    monthly.month,
    monthly.tool,
    monthly.provider,
    monthly.cost_usd::double as cost_usd,
    monthly.cost_usd::double
    / nullif(sum(monthly.cost_usd) over (partition by monthly.month)::double, 0) as share,
    (
        select arg_max(decisions.decision, decisions.decided_on)
        from input_tool_decisions as decisions
        where
            lower(decisions.tool) = lower(monthly.tool)
            and decisions.decided_on <= last_day(monthly.month)
    ) as decision
from monthly
order by monthly.month, monthly.provider, monthly.tool
