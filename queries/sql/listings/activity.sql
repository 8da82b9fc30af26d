-- The first and the last day on which something happened to a pull request or an issue (null
-- without any), and how much there is.
with moments as (
    select opened_at, greatest(opened_at, first_response_at, closed_at) as happened_at
    from pull_requests
    union all
    select opened_at, greatest(opened_at, first_response_at, closed_at)
    from issues
)

select
    min(opened_at)::date as first_day,
    max(happened_at)::date as last_day,
    (select count(*) from repositories where not is_imported) as repositories,
    (select count(*) from repositories where is_imported) as imported
from moments
