-- FOCUS 1.0 to 1.4: effective cost by day, without services that are not AI. A charge of several days
-- is spread over them. A purchase without effective cost covers later usage, which has the list cost.
-- A gateway's file names it as provider, issuer or tag, or its accounts are keys, teams or users.
with marked as (
    select
        *,
        coalesce(
            gateway_of(gateway),
            gateway_of(provider),
            gateway_of(issuer),
            gateway_of(account_type),
            if(has_gateway_tag is true, 'gateway', null),
            if(regexp_matches(lower(account_type), '\b(key|token|team|user|proxy)\b'), 'gateway', null)
        ) as via
    from cells
),

classified as (
    select
        *,
        coalesce(
            if(gateway_of(provider) is null, provider_of(provider), null),
            provider_of(publisher),
            maker_of(coalesce(x_model, resource, sku)),
            via,
            'other'
        ) as provider_name,
        via is not null as is_gateway,
        lower(charge_category) = 'purchase' as is_purchase,
        coalesce(lower(category) = 'ai and machine learning', false)
        or coalesce(provider_of(provider), '') in ('anthropic', 'openai', 'cursor', 'openrouter')
        or via is not null
        or coalesce(provider_of(publisher), '') in ('anthropic', 'openai', 'cursor')
        or coalesce(regexp_matches(lower(service), 'copilot|bedrock|openai|claude|vertex ai|gemini'), false) as is_ai,
        greatest(coalesce(iso_day(period_end) - day, 1), 1) as period_days
    from marked
),

charges as (
    select
        * exclude (list_amount),
        if(is_purchase and (has_commitment is true or coalesce(amount, 0) = 0), null, list_amount) as list_amount,
        -- the next month's export replaces the days of this one, but not a charge that began before
        date_trunc('month', day) < date_trunc('month', day + period_days::integer - 1) as is_of_months,
        -- taxes are no cost, and a purchase without effective cost has nothing to spread
        if(lower(charge_category) = 'tax' or is_purchase and coalesce(amount, 0) = 0, 1, period_days) as days
    from classified
)

select
    day + step::integer - 1 as day,
    concat_ws(
        ' ',
        provider_name,
        if(is_gateway, 'gateway', null),
        if(is_of_months and days > 1, concat('from ', day), null)
    ) as part,
    if(is_gateway, null, account) as account,
    provider_name as provider,
    concat_ws(
        ' from ',
        case
            when contains(lower(service), 'copilot') then 'copilot'
            when provider_name = 'cursor' then 'cursor'
            when provider_name in ('aws', 'azure', 'gcp', 'github') then lower(service)
            when is_of_months and days > 1 then lower(service)
            else 'api'
        end,
        if(is_of_months and days > 1, day, null)
    ) as tool,
    coalesce(x_model, if(is_gateway, resource, null), meter, sku) as model,
    case when person is not null then 'user' end as actor_kind,
    person as actor,
    coalesce(team, if(is_gateway, sub_account, null)) as team,
    token_kind(coalesce(token_type, case when tokens_each(unit) is not null then meter end)) as token_type,
    share(quantity * tokens_each(unit), step, days, 0) as tokens,
    case when regexp_full_match(lower(unit), 'requests?') then share(quantity, step, days, 0) end as requests,
    share(amount, step, days, 8) as amount,
    share(list_amount, step, days, 8) as list_amount,
    currency,
    if(is_gateway, 'gateway', 'invoice') as basis,
    case
        when lower(charge_category) = 'adjustment' then 'correction'
        -- of its period, such as seats
        when is_purchase and amount <> 0
            then if(
                    regexp_matches(lower(concat_ws(' ', service, meter, sku, unit)), 'seat|user|licen[cs]e|subscription'),
                    'seat',
                    'usage'
                )
        else lower(charge_category)
    end as charge,
    not is_ai as is_left_out,
    if(step = 1, rows_read, 0) as rows_read
from
    charges,
    unnest(range(1, days + 1)) as steps (step)
