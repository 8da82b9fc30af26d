-- Anthropic's Console, usage: tokens by day, model, API key and token type, without amounts.
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
    part.token_type,
    part.tokens,
    'client' as basis,
    true as is_estimate
from
    cells,
    unnest([
        {token_type: 'input', tokens: input},
        {token_type: 'cache write', tokens: coalesce(cache_write_5m, 0) + coalesce(cache_write_1h, 0)},
        {token_type: 'cached input', tokens: cache_read},
        {token_type: 'output', tokens: output}
    ]) as parts (part)
