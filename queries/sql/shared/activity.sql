-- Repositories with the weeks, counted from a Monday, of their first and last pull request or issue.
-- Imported trackers count as active in all weeks: their items are few.
with opened as (
    select repo, opened_at::date - date '1970-01-05' as day
    from pull_requests
    union all
    select repo, opened_at::date - date '1970-01-05'
    from issues
),

active as (
    select repo, min(day) // 7 as first_week, max(day) // 7 as last_week
    from opened
    group by repo
)

select
    repositories.repo,
    repositories.synced_until::date as synced_until,
    if(repositories.is_imported, 0, coalesce(active.first_week, 0)) as first_week,
    if(repositories.is_imported, 9999, coalesce(active.last_week, -1)) as last_week
from repositories
left join active on active.repo = repositories.repo
order by repositories.repo
