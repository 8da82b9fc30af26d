-- The first and the last day on which something happened to a pull request (null without any), and how much there is.
select
    min(opened_at)::date as first_day,
    max(greatest(opened_at, first_response_at, closed_at))::date as last_day,
    (select count(*) from repositories) as repositories
from pull_requests
