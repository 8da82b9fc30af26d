-- Of pull requests by people and agents that were merged in the window, the share without a
-- submitted review by a human who is neither author nor responsible. Those whose reviews could not
-- be read are missing. Bots are excluded.
select
    merged_at::date as day,
    repo,
    number,
    team,
    work_type,
    authorship,
    if(author_kind = 'bot', null, is_merged_unreviewed::integer::double) as value,
    author_kind = 'bot' as is_excluded
from pull_requests
where merged_at is not null
