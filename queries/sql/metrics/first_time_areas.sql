-- Areas of the code (two folders deep) that a team changed for the first time in 365 days, by the
-- day of the merge. Without a known team or a year of history the area is missing; changes by bots,
-- changes undone within `durable_days` and areas that no longer exist are excluded.
with found as (
    select
        pull_requests.merged_at,
        pull_requests.team,
        pull_requests.work_type,
        pull_requests.authorship,
        changed.repo,
        changed.number,
        changed.area,
        changed.is_first_time,
        coalesce(pull_requests.author_kind = 'bot', false)
        or coalesce(pull_requests.durability = 'undone', false)
        or not coalesce(areas.is_alive, true) as is_excluded
    from pull_request_areas as changed
    inner join pull_requests
        on
            pull_requests.repo = changed.repo
            and pull_requests.number = changed.number
    left join areas on areas.repo = changed.repo and areas.area = changed.area
    where pull_requests.merged_at is not null and coalesce(changed.is_first_time, true)
)

select
    merged_at::date as day,
    repo,
    number,
    area,
    team,
    work_type,
    authorship,
    if(is_excluded or is_first_time is null, null, 1.0::double) as value,
    is_excluded
from found
