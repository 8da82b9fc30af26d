-- One row per issue that a maintainer answered: the first comment by a human of the repository who
-- is not the author, or close by a human who is not. Comments after the author closed it are no
-- answer.
with said as (
    select replies.repo, replies.number, replies.replied_at, replies.login
    from stg_issue_replies as replies
    left join int_people as people
        on
            people.login = lower(replies.login)
            and replies.replied_at::date between people.from_on and people.to_on
    left join int_insiders as insiders
        on
            insiders.owner = regexp_replace(replies.repo, '/[^/]+$', '')
            and insiders.login = lower(replies.login)
            and insiders.since <= replies.replied_at
    where
        people.login is not null
        or insiders.login is not null
        or replies.association in ('OWNER', 'MEMBER', 'COLLABORATOR')
    union all
    select repo, number, to_at, closed_by
    from int_issue_open_intervals
    where to_at is not null
),

closes as (
    select intervals.repo, intervals.number, intervals.to_at as closed_at, intervals.reopened_at
    from int_issue_open_intervals as intervals
    inner join int_issues as issues
        on
            issues.repo = intervals.repo
            and issues.number = intervals.number
    where lower(intervals.closed_by) = lower(issues.author)
)

select
    said.repo,
    said.number,
    min(said.replied_at) as first_response_at
from said
inner join int_issues as issues on issues.repo = said.repo and issues.number = said.number
inner join int_accounts as accounts
    on
        accounts.login = lower(said.login)
        and accounts.kind = 'human'
anti join closes
    on
        closes.repo = said.repo
        and closes.number = said.number
        and said.replied_at >= closes.closed_at
        and said.replied_at < coalesce(closes.reopened_at, timestamp 'infinity')
where
    lower(said.login) is distinct from lower(issues.author)
    and said.replied_at >= issues.opened_at
group by said.repo, said.number
union all
select repo, number, first_response_at
from stg_imported_items
where first_response_at is not null
