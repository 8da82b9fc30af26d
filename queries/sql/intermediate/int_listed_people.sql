-- One row per person and period of people.csv, under the login that the account has now; where that
-- is listed too, the rows stand as they are.
with listed as (
    select distinct lower(login) as login
    from ledger.people
),

renamed as (
    select former.former, former.login
    from int_former_logins as former
    anti join listed on listed.login = former.login
)

select
    coalesce(renamed.login, lower(people.login)) as login,
    lower(people.email) as email,
    nullif(people.team, '') as team,
    nullif(people.role, '') as role,
    nullif(people.level, '') as level,
    people.from_on,
    people.to_on
from ledger.people as people
left join renamed on renamed.former = lower(people.login)
