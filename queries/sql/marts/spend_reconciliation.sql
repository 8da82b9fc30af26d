-- Amount of each source and month beside its counted amount, so that no amounts are added that mean
-- the same money. A gateway or client counts only on days that no bill of its provider covers.
-- Grain: month, source, account, provider, cost_basis. Columns are stable unless marked
-- experimental.
--
-- month: first day of the month.
-- source: where it was read: a vendor's API or a kind of file.
-- account: the vendor's account, as in spend with that provider.
-- provider: as in spend.
-- cost_basis: as in spend.
-- cost_usd: amount of the source; null where persons' spend is counted for the provider: `spend` has
--     what may be published of it.
-- counted_usd: counted part of that amount; null likewise.
-- counted_days: days on which it counts; null where `cost_usd` is, or the account is not published.
-- days: days that it covers; null likewise.
-- rows_without_price: rows that neither an amount nor a price is known for.
with visible as (
    select distinct
        date_trunc('month', day)::date as month,
        provider,
        account
    from spend
),

compared as (
    select
        date_trunc('month', found.day)::date as month,
        found.source,
        mask_emails(found.account) as account,
        found.provider,
        found.basis as cost_basis,
        personal.month is not null as is_personal,
        sum(found.usd) as usd,
        sum(found.usd) filter (found.is_counted) as counted_usd,
        count(distinct found.day) filter (found.is_counted) as counted_days,
        count(distinct found.day) as days,
        sum(found.rows_without_price) as rows_without_price
    from int_spend_with_basis as found
    left join int_personal_months as personal
        on
            personal.month = date_trunc('month', found.day)
            and personal.provider = found.provider
    group by 1, 2, 3, 4, 5, 6
)

select
    compared.month,
    -- the kind of a file; what follows it may be the name of a provider
    split_part(compared.source, ' ', 1) as source,
    if(accounts.account is null, 'other accounts', compared.account) as account,
    coalesce(providers.provider, 'other') as provider,
    compared.cost_basis,
    sum(if(is_personal, null, usd))::double as cost_usd,
    sum(if(is_personal, null, coalesce(counted_usd, 0)))::double as counted_usd,
    max(if(is_personal or accounts.account is null, null, counted_days))::integer as counted_days,
    max(if(is_personal or accounts.account is null, null, days))::integer as days,
    sum(rows_without_price)::bigint as rows_without_price
from compared
left join (select distinct month, provider from visible) as providers
    on providers.month = compared.month and providers.provider = compared.provider
left join visible as accounts
    on
        accounts.month = compared.month
        and accounts.provider = coalesce(providers.provider, 'other')
        and accounts.account = compared.account
group by all
order by all
