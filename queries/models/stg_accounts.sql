-- One row per account seen anywhere, with its kind: agent and automation rules first, then GitHub's account type.
with seen as (
    select author as login, author_type as type from stg_pull_requests
    union all
    select merged_by, merged_by_type from stg_pull_requests
    union all
    select actor, actor_type from stg_events
    union all
    select assignee, assignee_type from stg_events
    union all
    select login_of(found.node.login), found.node.__typename
    from stg_pull_requests
    cross join unnest(assignee_nodes) as found(node)
    union all
    select login, account_type from stg_replies
    union all
    select author, author_type from stg_commits
    union all
    select committer, committer_type from stg_commits
),

accounts as (
    select
        lower(login) as login,
        bool_or(type in ('User', 'Mannequin', 'EnterpriseUserAccount')) as is_personal
    from seen
    where login is not null
    group by lower(login)
),

matched as (
    select
        accounts.login,
        bool_or(rules.value = 'agent') as is_agent
    from accounts
    inner join stg_rules as rules
        on rules.kind = 'ai_signals' and rules.field = 'login' and regexp_matches(accounts.login, rules.pattern, 'i')
    where rules.value in ('agent', 'automation')
    group by accounts.login
)

select
    accounts.login,
    case
        when matched.is_agent then 'agent'
        when matched.login is not null or not accounts.is_personal then 'bot'
        else 'human'
    end as kind
from accounts
left join matched on matched.login = accounts.login
