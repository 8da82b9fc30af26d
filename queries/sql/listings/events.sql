-- Rollouts of a period, which charts mark.
select
    kind,
    name,
    happened_on,
    transition_days
from events
where
    kind = 'rollout'
    and happened_on >= $start_on::date
    and happened_on < $end_on::date
order by happened_on, name
