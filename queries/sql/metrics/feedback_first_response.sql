-- Hours from opened to the first answer or close by a human maintainer who is not the author, of
-- customer feedback opened in the window. Feedback that is unanswered, or was closed by a bot or
-- agent alone, counts as unfinished. Feedback that its author closed before an answer, or whose
-- comments or timeline could not be read, is missing.
select
    issues.opened_at::date as day,
    issues.repo,
    issues.number,
    case
        when issues.response_hours is not null then issues.response_hours
        when list_has_any(issues.unread_lists, ['comments', 'timeline']) then null
        when issues.state = 'open' or issues.closed_by_kind in ('bot', 'agent')
            then 'infinity'::double
    end as value,
    if(
        value is null,
        null,
        coalesce(
            issues.response_hours,
            epoch(snapshot.as_of + interval 1 day - issues.opened_at) / 3600.0
        )
    ) as waited_hours,
    issues.response_hours is not null as is_reached
from issues
cross join snapshot
where issues.is_feedback
