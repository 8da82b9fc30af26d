-- Work types that occur.
select distinct work_type
from pull_requests
order by work_type
