-- Of changes by people and agents that were merged into the default branch in the window, the share
-- that a revert, a hotfix or an incident followed within `durable_days`. Missing where durability
-- cannot be observed or is not over; bots are excluded.
select
    merged_at::date as day,
    repo,
    number,
    team,
    work_type,
    authorship,
    if(
        author_kind = 'bot' or durability in ('not observable', 'provisional'),
        null,
        (durability = 'undone')::integer::double
    ) as value,
    author_kind = 'bot' as is_excluded
from pull_requests
where merged_at is not null and is_default_base
