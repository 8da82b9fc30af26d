-- Coding, pickup and review time add up to cycle time wherever all three are known, and no stage is
-- negative.
select
    repo,
    number,
    coding_hours,
    pickup_hours,
    review_hours,
    cycle_hours
from pull_requests
where
    abs(coding_hours + pickup_hours + review_hours - cycle_hours) > 1e-6
    or least(coding_hours, pickup_hours, review_hours, cycle_hours) < 0
