-- Spend of the organisation. Spend of persons is published as sums of at least k of them, over whole
-- weeks; a day shows an equal part of its weeks.
-- Grain: day, account, provider, tool, model, cost_basis, charge, is_counted, spread_days. Columns
-- are stable unless marked experimental.
--
-- day: the UTC day.
-- account: the vendor's account; other accounts if one is too small to be published; empty as the
--     provider is.
-- provider: anthropic, openai, github, …; other where one is too small; empty on a day that was
--     read without any, and in rows for what is not published.
-- tool: api, claude code, copilot, …; other tools where one is too small.
-- model: the model as the vendor names it, empty where there is none; other models where one is too
--     small.
-- cost_basis: invoice, cost_api, tool_billing, gateway, client or seat; several if they are added
--     up.
-- charge: usage, seat, credit, tax, purchase or correction.
-- cost_usd: dollars; null if neither amount nor price is known, or it is not published.
-- tokens: tokens, if they are reported and may be published.
-- requests: requests, if they are reported and may be published.
-- is_counted: the one basis that counts for its provider, tool, account and day; the rest is
--     reconciliation, and published only where no person's spend is counted.
-- is_provisional: the vendor may still restate it.
-- is_in_scope: within the scope of the settings.
-- is_estimate: priced by Headway, or estimated by the vendor.
-- spread_days: days over which an amount of persons is spread evenly; 1 where the day is exact.
-- gap: why spend of this day is missing: not final yet, too few people, or restated; null in all
--     other rows.
with machines as (
    select
        day,
        account,
        provider,
        tool,
        model,
        basis as cost_basis,
        charge,
        true as is_counted,
        usd,
        tokens,
        requests,
        is_provisional,
        is_estimate,
        1 as spread_days
    from input_machine_spend
    union all
    select
        spend.day,
        spend.account,
        spend.provider,
        spend.tool,
        spend.model,
        spend.basis,
        spend.charge,
        false,
        spend.usd,
        spend.tokens,
        spend.requests,
        spend.is_provisional,
        spend.is_estimate,
        1
    from int_spend_with_basis as spend
    anti join int_personal_months as personal
        on
            personal.month = date_trunc('month', spend.day)
            and personal.provider = spend.provider
    where not spend.is_counted
),

persons as (
    select
        unnest(days) as day,
        account,
        provider,
        tool,
        model,
        basis as cost_basis,
        charge,
        true as is_counted,
        -- in units of a hundred-millionth, so that the parts add up exactly
        day_part((usd * 100000000)::hugeint, len(days), generate_subscripts(days, 1))::decimal(38, 8)
        / 100000000 as usd,
        day_part(tokens, len(days), generate_subscripts(days, 1)) as tokens,
        day_part(requests, len(days), generate_subscripts(days, 1)) as requests,
        is_provisional,
        is_estimate,
        len(days)::integer as spread_days
    from input_atoms
),

gaps as (
    select
        day,
        '' as account,
        '' as provider,
        '' as tool,
        '' as model,
        '' as cost_basis,
        'usage' as charge,
        true as is_counted,
        null::decimal(38, 8) as usd,
        null::bigint as tokens,
        null::bigint as requests,
        reason = 'not final yet' as is_provisional,
        false as is_estimate,
        1 as spread_days,
        reason as gap
    from input_spend_gaps
),

-- a day that was read and has no spend
idle as (
    select
        day,
        '' as account,
        '' as provider,
        '' as tool,
        '' as model,
        '' as cost_basis,
        'usage' as charge,
        true as is_counted,
        0::decimal(38, 8) as usd,
        null::bigint as tokens,
        null::bigint as requests,
        is_provisional,
        false as is_estimate,
        1 as spread_days
    from stg_spend_partitions
    where
        day not in (
            select day from machines
            union select day from persons
            union select day from gaps
            union select day from int_spend_with_basis
        )
),

all_kinds as (
    select * from machines
    union all by name
    select * from persons
    union all by name
    select * from idle
    union all by name
    select * from gaps
),

-- Names that are e-mail addresses are masked before rows are added up: two of them are one name.
masked as (
    select
        * replace (
            mask_emails(account) as account,
            mask_emails(tool) as tool,
            mask_emails(model) as model
        ),
        (
            not exists (select 1 from input_spend_scope)
            or exists (
                select 1
                from input_spend_scope as scopes
                where lower(scopes.name) in (lower(tool), lower(account))
            )
        ) as is_in_scope
    from all_kinds
)

select
    day,
    account,
    provider,
    tool,
    model,
    cost_basis,
    charge,
    sum(usd::decimal(38, 8))::double as cost_usd,
    -- a quantity without a part of its dollars would make a false price
    if(count(*) filter (usd <> 0 and tokens is null) = 0, sum(tokens), null)::bigint as tokens,
    if(
        count(*) filter (usd <> 0 and requests is null) = 0,
        sum(requests),
        null
    )::bigint as requests,
    is_counted,
    bool_or(is_provisional) as is_provisional,
    is_in_scope,
    bool_or(is_estimate) as is_estimate,
    spread_days,
    gap
from masked
group by all
order by all
