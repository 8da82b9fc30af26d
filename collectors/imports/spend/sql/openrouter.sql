-- OpenRouter bills its users itself. Requests with a user's own key are billed by their provider.
select
    day,
    if(part.is_byok, coalesce(provider_of(provider), maker_of(model), 'other'), 'openrouter') as provider,
    'api' as tool,
    model,
    case when api_key is not null then 'api key' end as actor_kind,
    api_key as actor,
    if(part.is_byok, null, input + output) as tokens,
    if(part.is_byok, null, coalesce(requests, rows_read)) as requests,
    part.amount,
    if(part.is_byok, 'gateway', 'cost_api') as basis,
    part.is_byok as is_estimate,
    part.rows_read
from
    cells,
    unnest([
        {is_byok: false, amount: amount, rows_read: rows_read},
        {is_byok: true, amount: byok, rows_read: 0}
    ]) as parts (part)
where not part.is_byok or part.amount <> 0
