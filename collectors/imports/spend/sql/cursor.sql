-- Cursor's usage events, one row a request. Requests that are free or included in the plan cost nothing.
select
    day,
    'cursor' as provider,
    'cursor' as tool,
    model,
    case when person is not null then 'user' end as actor_kind,
    person as actor,
    coalesce(tokens, input + cache_write + coalesce(cache_read, 0) + output) as tokens,
    rows_read as requests,
    case
        when has_charged then coalesce(charged, 0)
        when regexp_matches(lower(event), 'included|free|no charge|not charged|api key') then 0
        when has_cost then coalesce(cost, 0)
    end as amount,
    cost as list_amount,
    'tool_billing' as basis
from cells
