-- One row per pull request: the human who answers for it, and the rule that found them.
with accounts as (
    select login, kind from int_accounts
),

assigners as (
    select
        events.repo,
        events.number,
        arg_min(events.actor, events.happened_at) as login
    from stg_events as events
    inner join int_pull_requests as pull_requests
        on pull_requests.repo = events.repo and pull_requests.number = events.number
    inner join accounts on accounts.login = lower(events.actor)
    where
        events.type = 'AssignedEvent'
        and events.is_past
        and lower(events.assignee) = lower(pull_requests.author)
        and accounts.kind = 'human'
    group by events.repo, events.number
),

assignee_nodes as (
    select repo, number, unnest(assignee_nodes) as node
    from int_pull_requests
),

assigned as (
    select repo, number, assignee as login, strftime(happened_at, '%Y%m%d%H%M%S') as place
    from stg_events
    where tracker = 'pull request' and type = 'AssignedEvent' and is_past
    union all
    select
        current.repo,
        current.number,
        login_of(current.node.login),
        lower(current.node.login)
    from assignee_nodes as current
    anti join stg_events as events
        on
            events.repo = current.repo
            and events.number = current.number
            and events.type = 'AssignedEvent'
),

assignees as (
    select
        assigned.repo,
        assigned.number,
        arg_min(assigned.login, (assigned.place, lower(assigned.login))) as login
    from assigned
    inner join accounts on accounts.login = lower(assigned.login)
    where accounts.kind = 'human'
    group by assigned.repo, assigned.number
),

machines as (
    select distinct field, value
    from int_rule_matches
    where kind = 'ai_signals' and field in ('login', 'email') and meaning in ('agent', 'automation')
),

co_authors as (
    select
        found.repo,
        found.number,
        arg_min(found.login, (found.place, found.line_place)) as login
    from int_co_authors as found
    left join accounts on accounts.login = lower(found.login)
    left join machines
        on
            (machines.field = 'login' and machines.value = lower(found.login))
            or (machines.field = 'email' and machines.value = found.email)
    where
        found.place is not null
        and found.login is not null
        and coalesce(accounts.kind, 'human') = 'human'
        and machines.value is null
    group by found.repo, found.number
)

select
    pull_requests.repo,
    pull_requests.number,
    case
        when opener.kind is null then null
        when opener.kind = 'human' then pull_requests.author
        else coalesce(
            assigners.login,
            assignees.login,
            co_authors.login,
            if(merger.kind = 'human', merged_by, null)
        )
    end as responsible,
    case
        when opener.kind is null then null
        when opener.kind = 'human' then 'author'
        when assigners.login is not null then 'assigner'
        when assignees.login is not null then 'assignee'
        when co_authors.login is not null then 'co-author'
        when merger.kind = 'human' then 'merger'
    end as responsible_rule,
    opener.kind as author_kind,
    merger.kind as merged_by_kind
from int_pull_requests as pull_requests
left join accounts as opener on opener.login = lower(pull_requests.author)
left join accounts as merger
    on
        merger.login = lower(pull_requests.merged_by)
        and pull_requests.merged_at is not null
left join assigners
    on
        assigners.repo = pull_requests.repo
        and assigners.number = pull_requests.number
left join assignees
    on
        assignees.repo = pull_requests.repo
        and assignees.number = pull_requests.number
left join co_authors
    on
        co_authors.repo = pull_requests.repo
        and co_authors.number = pull_requests.number
