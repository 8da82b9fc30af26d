-- Experiments that were active in a period, the oldest first: from started to decided, those
-- undecided to the cutoff.
with found as (
    select
        experiments.*,
        (snapshot.as_of + interval 1 day)::timestamp as cutoff
    from experiments
    cross join snapshot
    inner join repositories on repositories.repo = experiments.repo
    where
        repositories.synced_until >= $required_until::timestamp
        and ($repo::varchar is null or experiments.repo = $repo)
)

select
    repo,
    key,
    title,
    url,
    coalesce(started_at, shipped_at, decided_at) as started_at,
    shipped_at,
    decided_at,
    decision,
    coalesce(decided_at, cutoff) as ends_at,
    1 as n
from found
where
    coalesce(started_at, shipped_at, decided_at) < $end_on::date
    and coalesce(decided_at, cutoff) >= $start_on::date
order by started_at, key
