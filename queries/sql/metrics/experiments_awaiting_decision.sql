-- Days since shipped, of experiments that are shipped and not decided at `as_of`.
select
    snapshot.as_of as day,
    experiments.repo,
    experiments.key,
    epoch(snapshot.as_of + interval 1 day - experiments.shipped_at) / 86400.0 as value
from experiments
cross join snapshot
where experiments.shipped_at is not null and experiments.decided_at is null
