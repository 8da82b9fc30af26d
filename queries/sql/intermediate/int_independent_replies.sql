-- One row per comment or submitted review by a human who is neither author nor responsible, while
-- the pull request was open.
select
    replies.repo,
    replies.number,
    replies.kind,
    replies.state,
    replies.replied_at,
    lower(replies.login) as login,
    stages.ready_at is null or replies.replied_at < stages.ready_at as is_early
from stg_replies as replies
inner join int_accounts as accounts
    on
        accounts.login = lower(replies.login)
        and accounts.kind = 'human'
inner join int_stages as stages on stages.repo = replies.repo and stages.number = replies.number
inner join stg_pull_requests as pull_requests
    on pull_requests.repo = replies.repo and pull_requests.number = replies.number
inner join int_responsible as responsible
    on responsible.repo = replies.repo and responsible.number = replies.number
where
    replies.replied_at between stages.opened_at and stages.ended_at
    and lower(replies.login) is distinct from lower(pull_requests.author)
    and lower(replies.login) is distinct from lower(responsible.responsible)
