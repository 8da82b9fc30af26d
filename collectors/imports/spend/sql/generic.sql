-- Headway's own format: day and cost, with optional columns for account, provider, tool, model, person and team.
-- Rows of a gateway are marked in basis, gateway, source, provider or tool. Their provider is that of the model.
with marked as (
    select
        *,
        coalesce(
            gateway_of(gateway),
            gateway_of(source),
            gateway_of(provider),
            gateway_of(tool),
            -- another name, or yes
            case when regexp_full_match(lower(gateway), 'no|false|0|none|direct|-|.*(openrouter|vercel).*') is false then 'gateway' end
        ) as via,
        regexp_matches(lower(concat_ws(' ', gateway, source)), 'openrouter') as is_openrouter
    from cells
),

classified as (
    select
        *,
        coalesce(lower(basis), if(via is null, 'invoice', 'gateway')) as known_basis,
        case
            when is_openrouter then 'openrouter'
            when gateway_of(provider) is null then provider_of(provider)
        end as known_provider,
        case
            when via is not null then maker_of(model)
            when provider_of(tool) in ('anthropic', 'openai', 'github', 'cursor') then provider_of(tool)
        end as maker
    from marked
)

select
    day,
    -- the provider's bill in one file and the same tokens in another do not replace each other
    nullif(
        concat_ws(' ', coalesce(known_provider, maker), if(known_basis in ('gateway', 'client'), known_basis, null)), ''
    ) as part,
    account,
    coalesce(known_provider, maker, via, 'other') as provider,
    coalesce(
        if(gateway_of(tool) is null, lower(tool), 'api'),
        case known_provider
            when 'cursor' then 'cursor'
            when 'github' then 'copilot'
            else if(known_provider is null and via is null, 'other', 'api')
        end
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
    known_basis as basis,
    coalesce(
        lower(charge),
        case
            when known_basis = 'seat' then 'seat'
            when regexp_matches(
                lower(item),
                'credits? (purchase|top.?up)|(purchased?|bought|added|auto.?reload of) .*credits|^top.?up|auto.?recharge'
            ) then 'purchase'
            else 'usage'
        end
    ) as charge
from classified
