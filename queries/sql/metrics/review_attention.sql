-- Of the reviews that people submitted in the window (one per reviewer, pull request and week, of
-- others' work), the share that went to changes that agents wrote.
select
    review_load.week as day,
    review_load.repo,
    review_load.number,
    review_load.team,
    pull_requests.work_type,
    pull_requests.authorship,
    (pull_requests.authorship = 'agent')::integer::double as value
from review_load
inner join pull_requests
    on
        pull_requests.repo = review_load.repo
        and pull_requests.number = review_load.number
