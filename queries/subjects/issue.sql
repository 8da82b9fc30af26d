-- What rows of an issue show.
select
    repo,
    number,
    title,
    tracker,
    state,
    state_reason,
    labels,
    opened_at,
    first_response_at,
    closed_at,
    closed_by_kind,
    url
from issues
