-- What came into the open stock of UX debt minus what left it, per week. An issue comes in when it
-- is opened, labelled or reopened as UX debt; it leaves when it is completed, closed as not planned
-- or no longer marked.
with moves as (
    select entered_at as moved_at, repo, number, 1.0::double as value
    from issue_intervals
    where kind = 'ux debt'
    union all
    select left_at, repo, number, -1.0::double
    from issue_intervals
    where kind = 'ux debt' and left_at is not null
)

select
    moved_at::date as day,
    repo,
    number,
    value
from moves
