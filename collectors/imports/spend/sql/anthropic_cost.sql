-- Anthropic's Console, cost: dollars by day, model, API key and token type.
select
    day,
    'anthropic' as provider,
    case
        when starts_with(lower(api_key), 'claude_code_key_') or regexp_matches(lower(usage_type), 'claude.code')
            then 'claude code'
        else 'api'
    end as tool,
    model,
    case when key_owner(api_key) is not null then 'user' when api_key is not null then 'api key' end as actor_kind,
    coalesce(key_owner(api_key), api_key) as actor,
    token_kind(token_type) as token_type,
    cost as amount,
    list_cost as list_amount,
    'cost_api' as basis
from cells
