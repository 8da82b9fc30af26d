-- One row per pull request of an agent: whether a person reworked it before it was merged or closed,
-- and how. Where no commit has the agent's own identity, its commits bear a person's name, so that
-- rework is not observable.
with commits as (
    select
        repo,
        number,
        bool_or(author_kind = 'agent') as has_own_commit,
        bool_or(is_later and author_kind = 'human') as has_human_commit,
        bool_or(is_later and author_kind is null) as has_unknown_commit
    from int_agent_commits
    group by repo, number
),

requests as (
    select distinct replies.repo, replies.number
    from stg_replies as replies
    inner join int_accounts as accounts
        on accounts.login = lower(replies.login) and accounts.kind = 'human'
    inner join stg_pull_requests as pull_requests
        on pull_requests.repo = replies.repo and pull_requests.number = replies.number
    inner join int_stages as stages
        on stages.repo = replies.repo and stages.number = replies.number
    where
        replies.state = 'CHANGES_REQUESTED'
        and replies.replied_at <= stages.ended_at
        and lower(replies.login) is distinct from lower(pull_requests.author)
),

pushes as (
    select distinct events.repo, events.number
    from stg_events as events
    inner join int_accounts as accounts
        on accounts.login = lower(events.actor) and accounts.kind = 'human'
    inner join int_stages as stages
        on stages.repo = events.repo and stages.number = events.number
    where
        events.type = 'HeadRefForcePushedEvent'
        and events.tracker = 'pull request'
        and events.is_past
        and events.happened_at <= stages.ended_at
)

select
    authorship.repo,
    authorship.number,
    case
        when not coalesce(commits.has_own_commit, false) then 'not observable'
        when
            commits.has_human_commit
            or requests.number is not null
            or pushes.number is not null
            then 'yes'
        when commits.has_unknown_commit then 'not observable'
        when list_has_any(unread.lists, ['commits', 'reviews', 'timeline']) then 'not observable'
        else 'no'
    end as human_rework,
    case
        when not coalesce(commits.has_own_commit, false) then 'no commit of the agent itself'
        when commits.has_human_commit then 'commit of a person'
        when requests.number is not null then 'changes requested'
        when pushes.number is not null then 'force push of a person'
        when commits.has_unknown_commit then 'commit of an unknown author'
        when list_has_any(unread.lists, ['commits', 'reviews', 'timeline']) then 'unread lists'
    end as human_rework_reason
from int_authorship as authorship
left join commits
    on commits.repo = authorship.repo and commits.number = authorship.number
left join requests
    on requests.repo = authorship.repo and requests.number = authorship.number
left join pushes
    on pushes.repo = authorship.repo and pushes.number = authorship.number
left join stg_unread_lists as unread
    on
        unread.repo = authorship.repo
        and unread.number = authorship.number
        and unread.tracker = 'pull request'
where authorship.authorship = 'agent'
