-- UX debt closed as completed by an agent or an agent's pull request per week, by the day it was
-- closed.
select
    left_at::date as day,
    repo,
    number,
    1.0::double as value
from issue_intervals
where kind = 'ux debt' and left_by = 'completed' and left_by_kind = 'agent'
