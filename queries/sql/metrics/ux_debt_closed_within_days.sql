-- Of UX debt that came in in the window, the share completed within $days days. What is open or was
-- closed as not planned stays in the denominator; what lost its mark in that time is excluded.
with found as (
    select
        issue_intervals.*,
        coalesce(left_by = 'completed', false) as is_reached,
        snapshot.as_of + interval 1 day as cutoff
    from issue_intervals
    cross join snapshot
    where issue_intervals.kind = 'ux debt'
),

judged as (
    select
        *,
        coalesce(
            left_by = 'unlabelled' and left_at <= entered_at + to_days($days),
            false
        ) as is_excluded
    from found
)

select
    entered_at::date as day,
    repo,
    number,
    if(
        is_excluded,
        null,
        coalesce(is_reached and left_at <= entered_at + to_days($days), false)::integer::double
    ) as value,
    is_excluded,
    -- declined debt is never completed, so it is watched to the end like what is open
    epoch(
        if(is_reached or left_by = 'unlabelled', left_at, cutoff) - entered_at
    ) / 3600.0 as waited_hours,
    is_reached
from judged
