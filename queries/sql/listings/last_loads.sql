-- What the last attempt of each source read: when it began, how long it took until this part was
-- done, rows that came, and why it failed or what is left.
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
