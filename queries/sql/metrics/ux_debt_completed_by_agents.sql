-- UX debt closed as completed by an agent or an agent's pull request per week, by the day it was
-- closed.
select
    left_at::date as day,
    repo,
    number,
    null::varchar as team,
    null::varchar as work_type,
    null::varchar as authorship,
    1.0::double as value,
    false as is_excluded
from issue_intervals
where kind = 'ux debt' and left_by = 'completed' and left_by_kind = 'agent'
