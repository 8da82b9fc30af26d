-- Days since shipped, of experiments that are shipped and not decided at `as_of`.
select
    snapshot.as_of as day,
    experiments.repo,
    experiments.key,
    null::varchar as team,
    null::varchar as work_type,
    null::varchar as authorship,
    epoch(snapshot.as_of + interval 1 day - experiments.shipped_at) / 86400.0 as value,
    false as is_excluded
from experiments
cross join snapshot
where experiments.shipped_at is not null and experiments.decided_at is null
