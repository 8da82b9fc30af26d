-- LiteLLM: its estimate of what the provider of each request will bill.
select
    day,
    coalesce(provider_of(provider), maker_of(model), 'litellm') as provider,
    'api' as tool,
    model,
    case
        when is_person then 'user'
        when api_key is not null then 'api key'
    end as actor_kind,
    case when is_person then person else api_key end as actor,
    team,
    coalesce(tokens, input + output) as tokens,
    requests,
    amount,
    'gateway' as basis,
    true as is_estimate
from (
    select
        *,
        -- the proxy's administrator is no person
        coalesce(lower(person) not in ('default_user_id', 'litellm-proxy-master-key'), false) as is_person
    from cells
) as logs
