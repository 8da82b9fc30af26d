-- UX debt closed as completed by a person per week, by the day it was closed. Without a known
-- closer it is missing, bots are excluded.
select
    left_at::date as day,
    repo,
    number,
    if(left_by_kind = 'human', 1.0::double, null) as value,
    coalesce(left_by_kind = 'bot', false) as is_excluded
from issue_intervals
where kind = 'ux debt' and left_by = 'completed' and left_by_kind is distinct from 'agent'
