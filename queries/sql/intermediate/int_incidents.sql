-- One row per incident opened before the cutoff: issues and imported items that the rules
-- recognise, imported incidents.
with recognised as (
    select distinct repo, number
    from int_label_kinds
    where item = 'issue' and kind = 'incident'
),

keys as (
    select repo, number, key from stg_imported_items
)

select
    issues.repo,
    coalesce(keys.key, issues.repo || '#' || issues.number) as key,
    issues.number,
    issues.title,
    issues.url,
    if(issues.tracker in ('issue', 'discussion'), 'github', issues.tracker) as source,
    null::varchar as severity,
    issues.opened_at,
    if(bool_or(intervals.to_at is null), null, max(intervals.to_at)) as resolved_at
from int_issues as issues
inner join recognised on recognised.repo = issues.repo and recognised.number = issues.number
inner join int_issue_open_intervals as intervals
    on
        intervals.repo = issues.repo
        and intervals.number = issues.number
left join keys on keys.repo = issues.repo and keys.number = issues.number
group by all
union all
select
    repo,
    key,
    null,
    title,
    url,
    source,
    severity,
    opened_at,
    resolved_at
from stg_imported_incidents
