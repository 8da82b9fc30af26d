-- What rows of a pull request show.
select
    repo,
    number,
    title,
    state,
    work_type,
    authorship,
    team,
    opened_at,
    ready_at,
    first_response_at,
    merged_at,
    url
from pull_requests
