-- Classes of authorship that occur.
select distinct authorship
from pull_requests
order by authorship
