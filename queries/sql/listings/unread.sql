-- Repositories that were not read until a moment, and until when they were.
select
    repo,
    synced_until,
    deleted_at
from repositories
where coalesce(synced_until < $until::timestamp, true)
order by repo
