-- Of pull requests by people and agents that became ready in the window, the share merged within so
-- many days of ready. Closed-unmerged and open ones stay in the denominator; drafts that never
-- became ready and bots are excluded.
select
    coalesce(ready_at, opened_at)::date as day,
    repo,
    number,
    team,
    work_type,
    authorship,
    if(
        author_kind = 'bot' or ready_at is null,
        null,
        coalesce(merged_at <= ready_at + to_days($days), false)::integer::double
    ) as value,
    coalesce(author_kind = 'bot', false) or ready_at is null as is_excluded
from pull_requests
