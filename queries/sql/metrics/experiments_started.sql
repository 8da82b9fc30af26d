-- Experiments by the day they were started.
select
    started_at::date as day,
    repo,
    key,
    null::varchar as team,
    null::varchar as work_type,
    null::varchar as authorship,
    1.0::double as value,
    false as is_excluded
from experiments
where started_at is not null
