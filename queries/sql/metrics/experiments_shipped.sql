-- Experiments by the day their change was shipped, decided or not.
select
    shipped_at::date as day,
    repo,
    key,
    null::varchar as team,
    null::varchar as work_type,
    null::varchar as authorship,
    1.0::double as value,
    false as is_excluded
from experiments
where shipped_at is not null
