-- Dated events: rollouts, closed periods and days of expectations of headway.toml, and changes of the
-- model that takes most spend. Charts mark all but expectations, which are lines of their metric.
-- Grain: kind, name, happened_on. Columns are stable unless marked experimental.
--
-- kind: rollout, closed period, expectation or model change.
-- name: what it was; of a model change, the new model; of an expectation, what is expected.
-- happened_on: the day, or the first day; of an expectation, the day by which it is due. Of a model change, the Monday of the first four weeks in
--     which a model that never had it before takes more than half of the usage in dollars, after
--     another had it.
-- ended_on: last day of a closed period, or of a rollout's transition; null for others.
-- transition_days: days of a rollout, from its first on, that count as neither before nor after;
--     null for others.
-- teams: teams that got a rollout, those that are named elsewhere; null for everybody.
with named as (
    select list(distinct team) as teams
    from int_published_people
),

weekly as (
    select
        date_trunc('week', day)::date as week,
        model,
        sum(cost_usd) as cost_usd
    from spend
    where is_counted and charge = 'usage'
    group by week, model
),

first_weeks as (
    select distinct week
    from weekly
),

largest as (
    select
        first_weeks.week,
        weekly.model
    from first_weeks
    inner join weekly
        on weekly.week >= first_weeks.week and weekly.week < first_weeks.week + interval 28 days
    group by first_weeks.week, weekly.model
    qualify
        sum(weekly.cost_usd) > sum(sum(weekly.cost_usd)) over (partition by first_weeks.week) / 2
        and weekly.model not in ('', 'other models')
),

model_changes as (
    select
        model,
        min(week) as week
    from largest
    group by model
    qualify row_number() over (order by min(week)) > 1
)

select
    events.kind,
    events.name,
    events.happened_on,
    if(events.transition_days = 0, null, events.ended_on) as ended_on,
    events.transition_days,
    if(
        len(events.teams) > 0,
        list_filter(events.teams, lambda team: list_contains(named.teams, team)),
        null
    ) as teams
from input_events as events
cross join named
union all
select
    'model change',
    model,
    week,
    null,
    null,
    null
from model_changes
order by happened_on, name
