-- GitHub's AI usage report: the net amount is billed in addition to seats, the gross amount is the list price.
select
    day,
    lower(account) as account,
    'github' as provider,
    coalesce(lower(product), 'copilot') as tool,
    model,
    case when person is not null then 'user' end as actor_kind,
    person as actor,
    nullif(coalesce(input, 0) + coalesce(output, 0) + coalesce(cache_read, 0) + coalesce(cache_write, 0), 0) as tokens,
    case when contains(lower(unit), 'request') then quantity end as requests,
    net as amount,
    gross as list_amount,
    case when regexp_matches(lower(unit), 'user.*month') then 'seat' else 'tool_billing' end as basis,
    case when regexp_matches(lower(unit), 'user.*month') then 'seat' else 'usage' end as charge
from cells
