-- Repositories that were not read until a moment, and until when they were.
select
    repo,
    observed_until,
    gone_at
from repositories
where coalesce(observed_until < $until::timestamp, true)
order by repo
