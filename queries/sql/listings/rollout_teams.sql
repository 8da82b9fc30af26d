-- The published teams of a rollout.
select unnest(teams) as team
from events
where kind = 'rollout' and name = $event
