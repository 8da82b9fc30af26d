-- What was read, when, and how it went.
-- Grain: one row per source, scope and attempt. Stable.
--
-- source: the collector. Stable.
-- scope: what was read, for GitHub the repository. Stable.
-- started_at: when the refresh began, UTC. Stable.
-- finished_at: when this scope was done, UTC. Stable.
-- status: read, unchanged, moved, gone or failed. Stable.
-- rows_read: rows that came. Stable.
-- requests: requests sent by the whole refresh. Stable.
-- message: why it failed, or what is left. Stable.
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
