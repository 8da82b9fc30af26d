-- FOCUS 1.0 to 1.4: effective cost by the day on which a charge begins, without services that are not AI.
with classified as (
    select
        *,
        coalesce(provider_of(provider), 'other') as provider_name,
        coalesce(lower(category) = 'ai and machine learning', false)
        or coalesce(provider_of(provider), '') in ('anthropic', 'openai', 'cursor', 'litellm', 'openrouter')
        or coalesce(provider_of(publisher), '') in ('anthropic', 'openai', 'cursor')
        or coalesce(regexp_matches(lower(service), 'copilot|bedrock|openai|claude|vertex ai|gemini'), false) as is_ai
    from cells
)

select
    day,
    provider_name as part,
    account,
    provider_name as provider,
    case
        when contains(lower(service), 'copilot') then 'copilot'
        when provider_name = 'cursor' then 'cursor'
        when provider_name in ('aws', 'azure', 'gcp', 'github') then lower(service)
        else 'api'
    end as tool,
    coalesce(x_model, meter, sku) as model,
    case when person is not null then 'user' end as actor_kind,
    person as actor,
    team,
    token_kind(coalesce(token_type, case when tokens_each(unit) is not null then meter end)) as token_type,
    quantity * tokens_each(unit) as tokens,
    case when regexp_full_match(lower(unit), 'requests?') then quantity end as requests,
    amount,
    list_amount,
    currency,
    'invoice' as basis,
    case lower(charge_category) when 'adjustment' then 'correction' else lower(charge_category) end as charge,
    not is_ai as is_left_out,
    rows_read
from classified
