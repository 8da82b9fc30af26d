-- Days from started to decided, of experiments started in the window. Undecided ones count as
-- unfinished.
select
    started_at::date as day,
    repo,
    key,
    coalesce(epoch(decided_at - started_at) / 86400.0, 'infinity'::double) as value
from experiments
where started_at is not null
