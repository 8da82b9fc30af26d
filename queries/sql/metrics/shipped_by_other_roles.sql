-- Pull requests merged per week for which a person answers whose role in people.csv is not one of
-- engineering. Without a known role they are missing, bots are excluded.
select
    merged_at::date as day,
    repo,
    number,
    team,
    work_type,
    authorship,
    if(author_kind = 'bot' or is_engineering_role is null, null, 1.0::double) as value,
    author_kind = 'bot' as is_excluded
from pull_requests
where merged_at is not null and not coalesce(is_engineering_role, false)
