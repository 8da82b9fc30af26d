-- Hours from opened to closed as completed, of customer feedback opened in the window. Feedback
-- that is open or was closed as not planned counts as unfinished; duplicates are excluded, and what
-- nobody is known to have closed is missing.
select
    opened_at::date as day,
    repo,
    number,
    case
        when state_reason in ('duplicate', 'unknown') then null
        when state_reason = 'completed' then resolution_hours
        else 'infinity'::double
    end as value,
    coalesce(state_reason = 'duplicate', false) as is_excluded
from issues
where is_feedback
