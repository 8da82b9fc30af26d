-- Days since an issue came into the stock of UX debt, of those that are in it at `as_of`.
select
    snapshot.as_of as day,
    issue_intervals.repo,
    issue_intervals.number,
    epoch(snapshot.as_of + interval 1 day - issue_intervals.entered_at) / 86400.0 as value
from issue_intervals
cross join snapshot
where issue_intervals.kind = 'ux debt' and issue_intervals.left_at is null
