-- Requests of Claude Code and Codex that the OpenTelemetry collector wrote to ClickHouse's table otel_logs.
select
    toDate(Timestamp, 'UTC') as day,
    multiIf(startsWith(Body, 'claude_code'), 'anthropic', startsWith(Body, 'codex'), 'openai', 'other') as provider,
    multiIf(startsWith(Body, 'claude_code'), 'claude code', startsWith(Body, 'codex'), 'codex', 'other') as tool,
    LogAttributes['model'] as model,
    LogAttributes['user.email'] as email,
    round(sum(toFloat64OrZero(LogAttributes['cost_usd'])), 8) as cost_usd,
    sum(
        toUInt64OrZero(LogAttributes['input_tokens']) + toUInt64OrZero(LogAttributes['output_tokens'])
        + toUInt64OrZero(LogAttributes['cache_read_tokens']) + toUInt64OrZero(LogAttributes['cache_creation_tokens'])
    ) as tokens,
    count() as requests,
    'client' as basis
from otel_logs
where
    Body in ('claude_code.api_request', 'codex.api_request')
    and Timestamp >= toDateTime(:since, 'UTC') and Timestamp < toDateTime(:until, 'UTC')
group by day, provider, tool, model, email
