-- Whether there is spend at all, and of which days.
select
    count(*) as n,
    count(*) filter (
        provider is distinct from ''
        and is_counted
        and is_in_scope
        and charge in ('usage', 'seat')
    ) as counted,
    min(day) as first_day,
    max(day) as last_day
from spend
