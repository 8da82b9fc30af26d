-- One row per pull request that a human who is neither author nor responsible answered while it was open.
select
    replies.repo,
    replies.number,
    min(replies.replied_at) as first_response_at,
    min(replies.replied_at) filter (replies.kind = 'review') as first_review_at,
    min(replies.replied_at) filter (replies.state = 'APPROVED') as first_approval_at,
    bool_or(stages.ready_at is null or replies.replied_at < stages.ready_at) as had_early_feedback
from stg_replies as replies
inner join stg_accounts as accounts on accounts.login = lower(replies.login) and accounts.kind = 'human'
inner join stg_stages as stages on stages.repo = replies.repo and stages.number = replies.number
inner join stg_pull_requests as pull_requests
    on pull_requests.repo = replies.repo and pull_requests.number = replies.number
inner join stg_responsible as responsible
    on responsible.repo = replies.repo and responsible.number = replies.number
where
    replies.replied_at between stages.opened_at and stages.ended_at
    and lower(replies.login) is distinct from lower(pull_requests.author)
    and lower(replies.login) is distinct from lower(responsible.responsible)
group by replies.repo, replies.number
