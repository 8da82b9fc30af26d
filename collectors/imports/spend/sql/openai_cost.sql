-- OpenAI's dashboard, cost: amounts by day and line item, which is "model, token type" or the name of a service.
select
    day,
    'openai' as provider,
    'api' as tool,
    nullif(regexp_extract(line_item, '^(.*), [^,]*$', 1), '') as model,
    case when person is not null then 'user' when api_key is not null then 'api key' end as actor_kind,
    coalesce(person, api_key) as actor,
    token_kind(coalesce(nullif(regexp_extract(line_item, '^.*, ([^,]*)$', 1), ''), line_item)) as token_type,
    amount,
    currency,
    'cost_api' as basis
from cells
