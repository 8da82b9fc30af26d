-- ccusage: estimates from the logs on one person's machine, who is the account. A session of several
-- days is spread over them. Without costs, tokens are priced later.
with classified as (
    select
        *,
        coalesce(maker_of(model), 'anthropic') as provider,
        coalesce(tokens, input + output + coalesce(cache_write, 0) + coalesce(cache_read, 0)) as all_tokens,
        greatest(coalesce(iso_day(short_day(period_end)) - day, 0), 0) + 1 as days
    from cells
)

select
    day + step::integer - 1 as day,
    provider,
    case provider when 'openai' then 'codex' when 'gcp' then 'gemini cli' else 'claude code' end as tool,
    model,
    'user' as actor_kind,
    coalesce(nullif(getvariable('account'), ''), 'ccusage') as actor,
    part.token_type,
    share(part.tokens, step, days, 0) as tokens,
    share(part.amount, step, days, 8) as amount,
    'client' as basis,
    true as is_estimate,
    if(step = 1, part.rows_read, 0) as rows_read
from
    classified,
    unnest(if(
        cost is not null,
        [{token_type: null, tokens: all_tokens, amount: cost, rows_read: rows_read}],
        [
            {token_type: 'input', tokens: input, amount: null, rows_read: rows_read},
            {token_type: 'output', tokens: output, amount: null, rows_read: 0},
            {token_type: 'cache write', tokens: cache_write, amount: null, rows_read: 0},
            {token_type: 'cached input', tokens: cache_read, amount: null, rows_read: 0}
        ]
    )) as parts (part),
    unnest(range(1, days + 1)) as steps (step)
