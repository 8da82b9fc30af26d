-- Changed lines of the pull requests, not by bots, in which a human who is neither author nor
-- responsible submitted a review, per such reviewer and week in which they reviewed anything.
select
    review_load.week as day,
    review_load.repo,
    review_load.number,
    review_load.team,
    pull_requests.work_type,
    pull_requests.authorship,
    review_load.lines::double as value,
    review_load.reviewer
from review_load
inner join pull_requests
    on
        pull_requests.repo = review_load.repo
        and pull_requests.number = review_load.number
