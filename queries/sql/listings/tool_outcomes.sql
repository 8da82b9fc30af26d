-- Outcomes by the tool that left a trace on one of their merged pull requests, teams that worked
-- with it, and outcomes with traces of another tool too. What a tool does without a trace is in `no
-- trace`.
with changes as (
    select
        outcomes.outcome_id,
        outcomes.durability,
        outcomes.happened_on,
        pull_requests.team,
        pull_requests.ai_tool
    from outcomes
    inner join outcome_items on outcome_items.outcome_id = outcomes.outcome_id
    inner join pull_requests
        on
            pull_requests.repo = outcome_items.repo
            and pull_requests.number = outcome_items.number
            and pull_requests.merged_at is not null
    where outcomes.happened_on >= $start_on::date and outcomes.happened_on < $end_on::date
),

sets as (
    select
        outcome_id,
        count(distinct ai_tool) as tools
    from changes
    group by outcome_id
),

traced as (
    select distinct
        changes.outcome_id,
        changes.durability,
        if(sets.tools = 0, 'no trace', changes.ai_tool) as tool,
        changes.team,
        sets.tools > 1 as is_shared
    from changes
    inner join sets on sets.outcome_id = changes.outcome_id
    where sets.tools = 0 or changes.ai_tool is not null
),

costs as (
    select
        tool,
        sum(cost_usd) as cost_usd
    from spend
    where
        is_counted
        and is_in_scope
        and charge in ('usage', 'seat')
        and day >= $start_on::date
        and day < $end_on::date
    group by tool
)

select
    traced.tool,
    count(distinct traced.outcome_id) as outcomes,
    count(distinct traced.outcome_id) filter (traced.durability = 'durable') as durable,
    count(distinct traced.outcome_id) filter (
        traced.durability = 'not observable'
    ) as not_observable,
    count(distinct traced.outcome_id) filter (traced.durability = 'undone') as undone,
    count(distinct traced.outcome_id) filter (traced.durability = 'provisional') as provisional,
    count(distinct traced.outcome_id) filter (traced.is_shared) as with_another_tool,
    count(distinct traced.team) as teams,
    (
        select sum(costs.cost_usd)
        from costs
        where lower(costs.tool) = lower(traced.tool) or ends_with(
            lower(traced.tool),
            ' ' || lower(costs.tool)
        )
    ) as cost_usd
from traced
group by traced.tool
order by traced.tool = 'no trace', outcomes desc, traced.tool
