-- OpenTelemetry of Claude Code and Codex: the dollars of a day, person and model, with all its tokens; without
-- dollars its tokens by type, which are priced later.
with summed_groups as (
    select
        day,
        tool,
        model,
        person,
        if(count(cost) over (partition by day, tool, model, person) > 0, null, token_kind(token_type)) as token_type,
        tokens,
        cost,
        rows_read
    from (
        select
            * replace (
                case token_type when 'cacheRead' then 'cached' when 'cacheCreation' then 'cache creation' else token_type end
                as token_type
            )
        from cells
    ) as typed_cells
)

select
    day,
    coalesce(maker_of(model), if(tool = 'codex', 'openai', 'anthropic')) as provider,
    tool,
    model,
    case when person is not null then 'user' end as actor_kind,
    person as actor,
    token_type,
    sum(tokens) as tokens,
    sum(cost) as amount,
    'client' as basis,
    true as is_estimate,
    sum(rows_read) as rows_read
from summed_groups
group by day, tool, model, person, token_type
