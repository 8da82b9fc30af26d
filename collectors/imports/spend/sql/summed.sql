-- Rows of a file summed to the ledger's grain. Amounts are added with all digits and rounded once.
with template as (
    select
        null::date as day,
        null::varchar as part,
        null::varchar as account,
        null::varchar as provider,
        null::varchar as tool,
        null::varchar as model,
        null::varchar as actor_kind,
        null::varchar as actor,
        null::varchar as team,
        null::varchar as token_type,
        null::decimal(38, 18) as tokens,
        null::decimal(38, 18) as requests,
        null::decimal(38, 18) as amount,
        null::decimal(38, 18) as list_amount,
        null::varchar as currency,
        null::varchar as basis,
        null::boolean as is_estimate,
        null::varchar as charge,
        null::boolean as is_left_out,
        null::bigint as rows_read
    where false
),

typed as (
    from template
    union all by name
    from converted
)

select
    concat_ws(' ', getvariable('source'), part) as source,
    coalesce(nullif(getvariable('account'), ''), account, '') as account,
    day,
    provider,
    tool,
    model,
    actor_kind,
    lower(actor) as actor,
    team,
    token_type,
    sum(tokens)::bigint as tokens,
    sum(requests)::bigint as requests,
    sum(amount)::decimal(18, 8) as amount,
    sum(list_amount)::decimal(18, 8) as list_amount,
    coalesce(upper(currency), 'USD') as currency,
    basis,
    coalesce(is_estimate, false) as is_estimate,
    coalesce(charge, 'usage') as charge,
    coalesce(is_left_out, false) as is_left_out,
    amount is null as is_without_amount, -- tokens without an amount are priced later, apart from others
    sum(rows_read) as rows_read
from typed
group by all
