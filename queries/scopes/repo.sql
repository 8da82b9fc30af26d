-- Repositories with pull requests.
select distinct repo
from pull_requests
order by repo
