-- Hours from start (the earlier of first commit and opened) to merged, over all pull requests
-- opened in the window by people and agents. Those not merged yet, or closed unmerged, count as
-- unfinished. Bots are excluded.
select
    opened_at::date as day,
    repo,
    number,
    team,
    work_type,
    authorship,
    case
        when author_kind = 'bot' then null
        when merged_at is null then 'infinity'::double
        else cycle_hours
    end as value,
    author_kind = 'bot' as is_excluded
from pull_requests
where $only_work_type is null or work_type = $only_work_type
