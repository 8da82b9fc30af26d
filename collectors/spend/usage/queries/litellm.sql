-- LiteLLM's table of requests in PostgreSQL: sums a day, model, provider, user, key and team.
select
    ("startTime" at time zone 'UTC')::date as date,
    model,
    custom_llm_provider,
    "user",
    api_key,
    team_id,
    round(sum(spend)::numeric, 8) as spend,
    sum(prompt_tokens) as prompt_tokens,
    sum(completion_tokens) as completion_tokens,
    count(*) as api_requests
from "LiteLLM_SpendLogs"
where "startTime" >= cast(:since as date) and "startTime" < cast(:until as date)
group by 1, 2, 3, 4, 5, 6
