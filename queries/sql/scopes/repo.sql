-- Repositories, and projects of other trackers, with anything to count.
select repo
from pull_requests
union
select repo
from issues
union
select repo
from experiments
union
select repo
from incidents
order by repo
