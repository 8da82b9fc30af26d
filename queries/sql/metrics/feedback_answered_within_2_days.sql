-- Of customer feedback opened in the window, the share that a human maintainer who is not the
-- author answered or closed within 2 days. What its author closed unanswered in that time, or
-- whose comments or timeline could not be read, is missing.
select
    opened_at::date as day,
    repo,
    number,
    if(
        response_hours is null
        and (
            coalesce(list_has_any(unread_lists, ['comments', 'timeline']), false)
            or closed_at <= opened_at + interval 2 day
            and coalesce(closed_by_kind not in ('bot', 'agent'), true)
        ),
        null,
        coalesce(response_hours <= 48, false)::integer::double
    ) as value
from issues
where is_feedback
