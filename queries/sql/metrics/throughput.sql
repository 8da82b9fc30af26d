-- Pull requests by people and agents that were merged, per week. Bots are excluded.
select
    merged_at::date as day,
    repo,
    number,
    team,
    work_type,
    authorship,
    if(author_kind = 'bot', null, 1.0::double) as value,
    author_kind = 'bot' as is_excluded
from pull_requests
where merged_at is not null
