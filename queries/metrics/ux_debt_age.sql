-- Days since an issue came into the stock of UX debt, of those that are in it at `as_of`.
select
    snapshot.as_of as day,
    issue_spells.repo,
    issue_spells.number,
    null::varchar as team,
    null::varchar as work_type,
    null::varchar as authorship,
    epoch(snapshot.as_of + interval 1 day - issue_spells.entered_at) / 86400.0 as value,
    false as is_excluded
from issue_spells
cross join snapshot
where issue_spells.kind = 'ux debt' and issue_spells.left_at is null
