-- One row per person and period, with only such teams and roles as have at least k people, so that
-- no group is a person.
with people as (
    select
        login,
        team,
        role,
        coalesce(from_on, date '0001-01-01') as from_on,
        coalesce(to_on, date '9999-12-31') as to_on
    from int_listed_people
),

teams as (
    select team, count(distinct login) as people
    from people
    group by team
),

roles as (
    select role, count(distinct login) as people
    from people
    group by role
)

select
    people.login,
    if(teams.people >= settings.small_group, people.team, null) as team,
    if(roles.people >= settings.small_group, people.role, null) as role,
    people.from_on,
    people.to_on
from people
cross join input_settings as settings
left join teams on teams.team = people.team
left join roles on roles.role = people.role
