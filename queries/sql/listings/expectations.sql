-- Expectations of headway.toml with their state and numbers, those that need a decision first.
select * exclude (position)
from expectations
order by
    list_position(
        ['missed', 'not proven', 'behind', 'no owner', 'cannot be told', 'on course', 'met'], state
    ),
    by_on,
    position
