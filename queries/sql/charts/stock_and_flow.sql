-- What came into the stock of issues of one kind and what left it in each week, and what was open
-- at its end.
with weeks as (
    select
        unnest($starts::date[]) as start_on,
        unnest($ends::date[]) as end_on
),

intervals as (
    select issue_intervals.*
    from issue_intervals
    inner join repositories on repositories.repo = issue_intervals.repo
    where
        issue_intervals.kind = $kind
        and repositories.synced_until >= $required_until::timestamp
        and ($repo::varchar is null or issue_intervals.repo = $repo)
)

select
    weeks.start_on,
    weeks.end_on,
    count(intervals.repo) filter (intervals.entered_at >= weeks.start_on) as entered,
    count(intervals.repo) filter (
        intervals.left_at < weeks.end_on
        and intervals.left_by = 'completed'
    ) as completed,
    count(intervals.repo) filter (
        intervals.left_at < weeks.end_on
        and intervals.left_by = 'not planned'
    ) as declined,
    count(intervals.repo) filter (
        intervals.left_at < weeks.end_on
        and intervals.left_by = 'unlabelled'
    ) as unlabelled,
    count(intervals.repo) filter (coalesce(intervals.left_at >= weeks.end_on, true)) as open,
    count(intervals.repo) as n
from weeks
left join intervals
    on intervals.entered_at < weeks.end_on and coalesce(intervals.left_at >= weeks.start_on, true)
group by weeks.start_on, weeks.end_on
order by weeks.start_on
