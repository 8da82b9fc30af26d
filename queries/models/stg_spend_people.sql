-- One row per day, account, provider, tool, model and person, whatever may be told of it.
-- Weeks are stretches of seven days within a month (the last is longer), so that months add up in every table.
with people as (
    select lower(email) as name, lower(login) as login from ledger.people where email <> ''
    union
    select lower(login), lower(login) from ledger.people
),

persons as (
    select
        date_trunc('month', found.day)::date + (7 * least((day(found.day) - 1) // 7, 3))::integer as week,
        found.day,
        found.account,
        found.provider,
        found.tool,
        found.model,
        found.basis,
        found.charge,
        found.is_counted,
        coalesce(people.login, found.person) as person,
        any_value(found.team) as team,
        bool_or(found.is_provisional) as is_provisional,
        bool_or(found.is_estimate) as is_estimate,
        sum(found.usd) as usd,
        sum(found.list_usd) as list_usd,
        sum(found.tokens)::bigint as tokens,
        sum(found.requests)::bigint as requests
    from stg_spend_counted as found
    left join people on people.name = found.person
    where found.person is not null
    group by all
)

select *
from persons
