-- One row per day, account, provider, tool, model and actor, in dollars: other currencies by the
-- user's rates, tokens without an amount by list prices. Decimals, so that sums do not depend on
-- their order. `usd` is null where neither is known. `person` is set where the actor is a person.
with priced as (
    select
        partitions.source,
        partitions.account,
        partitions.day,
        partitions.is_provisional,
        held.provider,
        held.tool,
        held.model,
        if(held.actor_kind = 'user', held.actor, null) as person,
        held.team,
        held.tokens,
        held.requests,
        held.basis,
        held.charge,
        coalesce(held.is_estimate, false) or (
            held.amount is null
            and held.list_amount is null
        ) as is_estimate,
        case
            when held.amount is not null then held.amount::double * rates.usd
            when held.list_amount is null then held.tokens * prices.usd_per_token
        end::decimal(24, 8) as usd,
        (held.list_amount::double * rates.usd)::decimal(24, 8) as list_usd
    from ledger.spend_rows as held
    inner join stg_spend_partitions as partitions on partitions.partition_id = held.partition_id
    asof left join input_exchange_rates as rates
        on rates.currency = coalesce(held.currency, 'USD') and rates.from_on <= partitions.day
    left join input_token_prices as prices
        on
            prices.provider = held.provider
            and prices.model = held.model
            and prices.token_type is not distinct from held.token_type
            and prices.month = date_trunc('month', partitions.day)
)

select
    source,
    account,
    day,
    provider,
    tool,
    coalesce(model, '') as model,
    basis,
    charge,
    lower(person) as person,
    any_value(team) as team,
    bool_or(is_provisional) as is_provisional,
    bool_or(is_estimate) as is_estimate,
    sum(usd) as usd,
    sum(list_usd) as list_usd,
    sum(tokens)::bigint as tokens,
    sum(requests)::bigint as requests,
    count(*) filter (usd is null and list_usd is null) as rows_without_price
from priced
group by all
