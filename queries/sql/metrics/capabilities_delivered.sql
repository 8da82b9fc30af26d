-- Capabilities delivered, by the day: an issue or milestone marked as a capability and closed as
-- done, with all its linked pull requests, is one. Those undone within `durable_days` are excluded.
select
    happened_on as day,
    repo,
    outcome_id as key,
    team,
    authorship,
    if(durability = 'undone', null, 1.0::double) as value,
    durability = 'undone' as is_excluded
from outcomes
where kind = 'capability delivered'
