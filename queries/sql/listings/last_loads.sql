-- Last attempt of each source: start, seconds until this scope was done, rows read, and the error
-- or the work left.
select
    source,
    scope,
    status,
    rows_read,
    started_at,
    date_diff('second', started_at, finished_at) as seconds,
    message
from loads
qualify started_at = max(started_at) over (partition by source)
order by status <> 'failed', source, scope
