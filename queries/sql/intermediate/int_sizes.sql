-- One row per pull request of a known size: its lines as rules look at them, such as "+12 -3".
select repo, number, '+' || additions || ' -' || deletions as size
from stg_pull_requests
where additions is not null and deletions is not null
