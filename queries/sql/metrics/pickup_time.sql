-- Hours from ready to the first response by a human who is neither author nor responsible, of pull
-- requests by people and agents that became ready in the window. Open ones without a response count
-- as unfinished. Those merged or closed without a response, or whose replies could not be read, are
-- missing. Drafts that never became ready and bots are excluded.
select
    coalesce(ready_at, opened_at)::date as day,
    repo,
    number,
    team,
    work_type,
    authorship,
    case
        when author_kind = 'bot' or ready_at is null then null
        when list_has_any(unread_lists, ['comments', 'reviews']) then null
        when pickup_hours is null and state = 'open' then 'infinity'::double
        else pickup_hours
    end as value,
    coalesce(author_kind = 'bot', false) or ready_at is null as is_excluded
from pull_requests
