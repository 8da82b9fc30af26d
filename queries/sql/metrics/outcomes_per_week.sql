-- Outcomes per week: capabilities delivered, experiments decided, UX debt and customer feedback
-- resolved, features merged. Work that is linked is one outcome. Those undone within `durable_days`
-- are excluded.
select
    happened_on as day,
    repo,
    outcome_id as key,
    team,
    authorship,
    if(durability = 'undone', null, 1.0::double) as value,
    durability = 'undone' as is_excluded
from outcomes
