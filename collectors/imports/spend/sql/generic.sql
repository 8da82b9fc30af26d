-- A table of one's own: a day and what it cost, with as much as is known of where the money went.
with known as (
    select
        *,
        provider_of(provider) as said,
        case when provider_of(tool) in ('anthropic', 'openai', 'github', 'cursor') then provider_of(tool) end as makes
    from cells
)

select
    day,
    coalesce(said, makes) as part,
    account,
    coalesce(said, makes, 'other') as provider,
    coalesce(
        lower(tool),
        case said when 'cursor' then 'cursor' when 'github' then 'copilot' else if(said is null, 'other', 'api') end
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
from known
