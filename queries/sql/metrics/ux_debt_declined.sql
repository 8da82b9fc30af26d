-- UX debt closed as not planned or as a duplicate per week, by the day it was closed.
select
    left_at::date as day,
    repo,
    number,
    1.0::double as value
from issue_intervals
where kind = 'ux debt' and left_by = 'not planned'
