-- Headway's own format: day and cost, with optional columns for account, provider, tool, model, person and team.
with classified as (
    select
        *,
        provider_of(provider) as known_provider,
        case when provider_of(tool) in ('anthropic', 'openai', 'github', 'cursor') then provider_of(tool) end as maker
    from cells
)

select
    day,
    coalesce(known_provider, maker) as part,
    account,
    coalesce(known_provider, maker, 'other') as provider,
    coalesce(
        lower(tool),
        case known_provider when 'cursor' then 'cursor' when 'github' then 'copilot' else if(known_provider is null, 'other', 'api') end
    ) as tool,
    model,
    case when person is not null then 'user' end as actor_kind,
    person as actor,
    team,
    token_kind(token_type) as token_type,
    tokens,
    requests,
    coalesce(cost_usd, amount) as amount,
    case when cost_usd is null then currency end as currency,
    coalesce(lower(basis), 'invoice') as basis,
    case when lower(basis) = 'seat' then 'seat' else 'usage' end as charge
from classified
