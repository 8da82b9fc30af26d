-- Hours from start to the moment review could begin (the later of start and ready), of pull
-- requests by people and agents that became ready in the window. Drafts that never became ready are
-- missing; bots are excluded.
select
    coalesce(ready_at, opened_at)::date as day,
    repo,
    number,
    team,
    work_type,
    authorship,
    if(author_kind = 'bot', null, coding_hours) as value,
    author_kind = 'bot' as is_excluded
from pull_requests
