-- One row per pull request that a human who is neither author nor responsible answered while it was
-- open.
select
    repo,
    number,
    min(replied_at) as first_response_at,
    min(replied_at) filter (kind = 'review') as first_review_at,
    min(replied_at) filter (state = 'APPROVED') as first_approval_at,
    count(distinct login) filter (kind = 'review') as reviewers,
    bool_or(is_early) as had_early_feedback
from int_independent_replies
group by repo, number
