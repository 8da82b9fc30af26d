-- Dated events that charts mark: rollouts from headway.toml.
-- Grain: kind, name, happened_on. Stable.
--
-- kind: rollout. Stable.
-- name: what it was. Stable.
-- happened_on: the day. Stable.
-- transition_days: days after it that count as neither before nor after. Stable.
select
    kind,
    name,
    happened_on,
    transition_days
from stg_rollouts
order by happened_on, name
