-- Amount of each source and month beside its counted amount, so that no amounts are added that mean
-- the same money.
-- Grain: month, source, account, provider, cost_basis. Columns are stable unless marked
-- experimental.
--
-- month: first day of the month.
-- source: where it was read: a vendor's API or a kind of file.
-- account: the vendor's account.
-- provider: as in spend.
-- cost_basis: as in spend.
-- cost_usd: amount of the source; null if it contains persons: `spend` has what may be published of
--     them.
-- counted_usd: counted part of that amount; null likewise.
-- counted_days: days on which it counts.
-- days: days that it covers.
-- rows_without_price: rows that neither an amount nor a price is known for.
with compared as (
    select
        date_trunc('month', found.day)::date as month,
        found.source,
        found.account,
        found.provider,
        found.basis as cost_basis,
        count(found.person) as persons,
        sum(found.usd) as usd,
        sum(found.usd) filter (found.is_counted) as counted_usd,
        count(distinct found.day) filter (found.is_counted) as counted_days,
        count(distinct found.day) as days,
        sum(found.rows_without_price) as rows_without_price
    from int_spend_with_basis as found
    group by 1, 2, 3, 4, 5
)

select
    month,
    source,
    account,
    provider,
    cost_basis,
    if(persons > 0, null, usd)::double as cost_usd,
    if(persons > 0, null, coalesce(counted_usd, 0))::double as counted_usd,
    counted_days::integer as counted_days,
    days::integer as days,
    rows_without_price::bigint as rows_without_price
from compared
order by month, source, account, provider, cost_basis
