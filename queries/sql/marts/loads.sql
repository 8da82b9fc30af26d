-- Attempts to read a source, with their results.
-- Grain: one row per source, scope and attempt. Columns are stable unless marked experimental.
--
-- source: the collector.
-- scope: what was read, for GitHub the repository.
-- started_at: when the refresh began, UTC.
-- finished_at: when this scope was done, UTC.
-- status: read, unchanged, moved, gone or failed.
-- rows_read: rows read.
-- requests: requests sent by the whole refresh.
-- message: the error, or the work left.
select
    source,
    scope,
    started_at,
    finished_at,
    status,
    rows_read,
    requests,
    message
from ledger.loads
order by started_at, source, scope
