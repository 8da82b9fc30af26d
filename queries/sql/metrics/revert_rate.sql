-- Of changes by people and agents that were merged into the default branch in the window, the share
-- reverted within `durable_days`. Missing where durability cannot be observed or is not over; bots
-- are excluded.
with settings as (
    select coalesce(max(value)::integer, 14) as durable_days
    from rules
    where kind = 'settings' and rule = 'durable_days'
)

select
    pull_requests.merged_at::date as day,
    pull_requests.repo,
    pull_requests.number,
    pull_requests.team,
    pull_requests.work_type,
    pull_requests.authorship,
    if(
        pull_requests.author_kind = 'bot' or pull_requests.durability in (
            'not observable',
            'provisional'
        ),
        null,
        coalesce(
            pull_requests.reverted_at < pull_requests.merged_at + to_days(settings.durable_days),
            false
        )::integer::double
    ) as value,
    pull_requests.author_kind = 'bot' as is_excluded
from pull_requests
cross join settings
where pull_requests.merged_at is not null and pull_requests.is_default_base
