-- Experiments by the day it was decided whether to keep what was built: kept, killed or
-- inconclusive.
select
    decided_at::date as day,
    repo,
    key,
    null::varchar as team,
    null::varchar as work_type,
    null::varchar as authorship,
    1.0::double as value,
    false as is_excluded
from experiments
where decided_at is not null
