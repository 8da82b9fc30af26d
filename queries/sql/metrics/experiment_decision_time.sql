-- Days from started to decided, of experiments started in the window. Undecided ones count as
-- longer than any.
select
    started_at::date as day,
    repo,
    key,
    null::varchar as team,
    null::varchar as work_type,
    null::varchar as authorship,
    coalesce(epoch(decided_at - started_at) / 86400.0, 'infinity'::double) as value,
    false as is_excluded
from experiments
where started_at is not null
