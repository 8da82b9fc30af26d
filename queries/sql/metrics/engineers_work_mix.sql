-- Of changes that people merged into the default branch in the window, with AI assistance or without
-- a signal of AI, the share that is product work, design work or debugging. Changes without a known
-- category are missing; changes by agents and bots are excluded. A share of changes, not of time.
select
    merged_at::date as day,
    repo,
    number,
    team,
    work_type,
    authorship,
    if(
        author_kind = 'bot' or authorship = 'agent' or work_category = 'unclassified',
        null,
        (work_category in ('product work', 'design work', 'debugging'))::integer::double
    ) as value,
    coalesce(author_kind = 'bot', false) or authorship = 'agent' as is_excluded
from pull_requests
where merged_at is not null and is_default_base
