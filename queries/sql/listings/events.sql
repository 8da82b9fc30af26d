-- Events of a period, which charts mark. Expectations are lines of their metric.
select
    kind,
    if(kind = 'model change', 'most spend on ' || name, name) as name,
    happened_on,
    if(kind = 'closed period', ended_on - happened_on + 1, coalesce(transition_days, 0)) as days
from events
where
    kind <> 'expectation'
    and happened_on < $end_on::date
    and if(kind = 'closed period', ended_on, happened_on) >= $start_on::date
order by happened_on, name
