-- Intervals of one issue and kind do not overlap, end after they begin, and end for a reason.
with intervals as (
    select
        *,
        lead(entered_at) over (
            partition by repo,
            number,
            kind
            order by entered_at
        ) as next_entered_at
    from issue_intervals
)

select
    repo,
    number,
    kind,
    entered_at,
    left_at,
    next_entered_at
from intervals
where
    left_at <= entered_at
    or (left_at is null) <> (left_by is null)
    or (next_entered_at is not null and coalesce(next_entered_at < left_at, true))
