-- Dated events that charts mark: rollouts from headway.toml.
-- Grain: kind, name, happened_on. Columns are stable unless marked experimental.
--
-- kind: rollout.
-- name: what it was.
-- happened_on: the day.
-- transition_days: days after it that count as neither before nor after.
select
    kind,
    name,
    happened_on,
    transition_days
from input_rollouts
order by happened_on, name
