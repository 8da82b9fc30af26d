-- Teams that may be shown.
select distinct team
from pull_requests
where team is not null
order by team
