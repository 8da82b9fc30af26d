-- Decision records with a why that are accepted, by the day of the decision: the earlier of the
-- record's own date and its first commit. Proposed, superseded and deleted records are excluded, and
-- records without a why; indexes and templates are none.
select
    decided_on as day,
    repo,
    path as key,
    if(is_excluded, null, 1.0::double) as value,
    is_excluded
from (
    select
        *,
        status <> 'accepted' or not coalesce(has_why, false) or deleted_at is not null as is_excluded
    from decisions
)
