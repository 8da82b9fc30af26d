-- What came into the stock of issues of one kind and what left it in each week, and what was open
-- at its end.
with weeks as (
    select
        unnest($starts::date[]) as start_on,
        unnest($ends::date[]) as end_on
),

spells as (
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
    count(spells.repo) filter (spells.entered_at >= weeks.start_on) as entered,
    count(spells.repo) filter (spells.left_at < weeks.end_on and spells.left_by = 'completed') as completed,
    count(spells.repo) filter (spells.left_at < weeks.end_on and spells.left_by = 'not planned') as declined,
    count(spells.repo) filter (spells.left_at < weeks.end_on and spells.left_by = 'unlabelled') as unlabelled,
    count(spells.repo) filter (coalesce(spells.left_at >= weeks.end_on, true)) as open,
    count(spells.repo) as n
from weeks
left join spells
    on spells.entered_at < weeks.end_on and coalesce(spells.left_at >= weeks.start_on, true)
group by weeks.start_on, weeks.end_on
order by weeks.start_on
