-- One row per account, with its kind: agent and automation rules first, then GitHub's account type,
-- then whether it answers faster than a person can. A person in people.csv is a bot only by
-- GitHub's account type or by its speed.
with matched as (
    select value as login, bool_or(meaning = 'agent') as is_agent
    from int_rule_matches
    where kind = 'ai_signals' and rule_field = 'login' and meaning in ('agent', 'automation')
    group by value
)

select
    logins.login,
    case
        when matched.is_agent then 'agent'
        when not logins.is_personal or quick.is_machine then 'bot'
        when matched.login is not null and logins.login not in (
            select int_listed_people.login from int_listed_people
        ) then 'bot'
        else 'human'
    end as kind
from int_logins as logins
left join matched on matched.login = logins.login
left join int_quick_accounts as quick on quick.login = logins.login
