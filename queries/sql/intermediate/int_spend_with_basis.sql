-- The rows of spend, each with whether it is what counts; seats stand apart from usage and always
-- count.
select
    found.*,
    counted.basis is not null or found.basis = 'seat' as is_counted
from int_spend_rows as found
left join int_counted_bases as counted
    on
        counted.provider = found.provider
        and counted.tool = found.tool
        and counted.account = found.account
        and counted.day = found.day
        and counted.basis = found.basis
        and counted.source = found.source
