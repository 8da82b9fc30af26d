-- Days since an issue came into the stock of UX debt, of those that are in it at `as_of`.
select
    snapshot.as_of as day,
    issue_intervals.repo,
    issue_intervals.number,
    null::varchar as team,
    null::varchar as work_type,
    null::varchar as authorship,
    epoch(snapshot.as_of + interval 1 day - issue_intervals.entered_at) / 86400.0 as value,
    false as is_excluded
from issue_intervals
cross join snapshot
where issue_intervals.kind = 'ux debt' and issue_intervals.left_at is null
