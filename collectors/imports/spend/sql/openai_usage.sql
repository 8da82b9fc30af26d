-- OpenAI's dashboard, usage: tokens and requests by model; input tokens include cached ones.
select
    day,
    'openai' as provider,
    'api' as tool,
    model,
    case when person is not null then 'user' when api_key is not null then 'api key' end as actor_kind,
    coalesce(person, api_key) as actor,
    part.token_type,
    part.tokens,
    part.requests,
    'client' as basis,
    true as is_estimate
from
    cells,
    unnest([
        {
            token_type: 'input',
            tokens: coalesce(uncached, input - coalesce(cached, 0) - coalesce(cache_write, 0)),
            requests: requests
        },
        {token_type: 'cached input', tokens: cached, requests: null},
        {token_type: 'cache write', tokens: cache_write, requests: null},
        {token_type: 'output', tokens: output, requests: null}
    ]) as parts (part)
