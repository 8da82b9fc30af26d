-- Spend of the organisation. Cells with fewer than k known persons are merged with similar ones.
-- Grain: day, account, provider, tool, model, cost_basis, charge, is_counted. Columns are stable
-- unless marked experimental.
--
-- day: the UTC day; a day on which fewer than k persons spent is merged into another one of its
--     week.
-- account: the vendor's account; other accounts if one is too small to be published.
-- provider: anthropic, openai, github, …; other where one is too small; empty on a day that was
--     read without any.
-- tool: api, claude code, copilot, …; other tools where one is too small.
-- model: the model as the vendor names it, empty where there is none; other models where one is too
--     small.
-- cost_basis: invoice, cost_api, tool_billing, gateway, client or seat.
-- charge: usage, seat, credit, tax, purchase or correction.
-- cost_usd: dollars; null if neither amount nor price is known, or fewer than k persons spent.
-- list_usd: dollars at list price, if the vendor reports them.
-- tokens: tokens, if they are reported.
-- requests: requests, if they are reported.
-- is_counted: the one basis that counts for its provider, tool, account and day; the rest is
--     reconciliation.
-- is_provisional: the vendor may still restate it.
-- is_in_scope: within the scope of the settings.
-- is_estimate: priced by Headway, or estimated by the vendor.
with machines as (
    select
        found.day,
        found.account,
        found.provider,
        found.tool,
        found.model,
        found.basis as cost_basis,
        found.charge,
        found.is_counted,
        found.usd,
        found.list_usd,
        found.tokens,
        found.requests,
        found.is_provisional,
        found.is_estimate
    from int_spend_with_basis as found
    where found.person is null
),

persons as (
    select
        shown_on as day,
        labels[1] as account,
        labels[2] as provider,
        labels[3] as tool,
        labels[4] as model,
        basis as cost_basis,
        charge,
        is_counted,
        usd,
        list_usd,
        tokens,
        requests,
        is_provisional,
        is_estimate
    from int_spend_cells
    where shown_on is not null
),

-- a day that was read and has no cell: 0, or null if its spend is hidden
idle as (
    select
        day,
        account,
        '' as provider,
        '' as tool,
        '' as model,
        '' as cost_basis,
        'usage' as charge,
        true as is_counted,
        if(
            day in (select day from int_spend_cells where shown_on is null),
            null,
            0.0::decimal(38, 8)
        ) as usd,
        null as list_usd,
        null as tokens,
        null as requests,
        is_provisional,
        false as is_estimate
    from stg_spend_partitions
    where day not in (select day from machines union select day from persons)
),

both_kinds as (
    select * from machines
    union all
    select * from persons
    union all
    select * from idle
)

select
    day,
    account,
    provider,
    tool,
    model,
    cost_basis,
    charge,
    sum(usd)::double as cost_usd,
    sum(list_usd)::double as list_usd,
    sum(tokens)::bigint as tokens,
    sum(requests)::bigint as requests,
    is_counted,
    bool_or(is_provisional) as is_provisional,
    (
        not exists (select 1 from input_spend_scope)
        or exists (
            select 1
            from input_spend_scope as scopes
            where lower(scopes.name) in (lower(tool), lower(account))
        )
    ) as is_in_scope,
    bool_or(is_estimate) as is_estimate
from both_kinds
group by all
order by all
