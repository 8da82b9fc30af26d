-- One row per day, account, provider, tool, model and person, before groups are hidden. Weeks are
-- seven days within a month (the last is longer), so that months add up in every table.
with people as (
    select email as name, login from int_listed_people where email <> ''
    union
    select login, login from int_listed_people
    union
    select former.former, former.login
    from int_former_logins as former
    semi join int_listed_people as listed on listed.login = former.login
    anti join int_listed_people as other on other.login = former.former
),

persons as (
    select
        date_trunc('month', found.day)::date + (
            7 * least((day(found.day) - 1) // 7, 3)
        )::integer as week,
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
    from int_spend_with_basis as found
    left join people on people.name = found.person
    where found.person is not null
    group by all
)

select *
from persons
