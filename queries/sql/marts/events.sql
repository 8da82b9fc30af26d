-- Dated events of headway.toml: rollouts, which charts mark, and closed periods.
-- Grain: kind, name, happened_on. Columns are stable unless marked experimental.
--
-- kind: rollout or closed period.
-- name: what it was.
-- happened_on: the day, or the first day.
-- ended_on: last day of a closed period, or of a rollout's transition; null for a rollout without.
-- transition_days: days of a rollout, from its first on, that count as neither before nor after.
-- teams: teams that got a rollout, those that are named elsewhere; null for everybody.
with named as (
    select list(distinct team) as teams
    from int_published_people
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
order by events.happened_on, events.name
