-- No combination of team and role is named on a day on which it has fewer than k people.
with named as (
    select distinct opened_at::date as opened_on, team, role, is_engineering_role
    from pull_requests
    where team is not null or is_engineering_role is not null
),

-- of a row without a team, people of all teams; apart, so that the others are joined by team
members as (
    select named.*, people.login
    from named
    left join int_published_people as people
        on
            people.team = named.team
            and named.opened_on between people.from_on and people.to_on
            and coalesce(people.role = named.role, named.role is null)
            and coalesce(
                people.is_engineering_role = named.is_engineering_role,
                named.is_engineering_role is null
            )
    where named.team is not null
    union all
    select named.*, people.login
    from named
    left join int_published_people as people
        on
            named.opened_on between people.from_on and people.to_on
            and coalesce(people.role = named.role, named.role is null)
            and coalesce(
                people.is_engineering_role = named.is_engineering_role,
                named.is_engineering_role is null
            )
    where named.team is null
)

select
    people.from_on,
    people.team,
    people.role,
    people.is_engineering_role,
    count(*) as people
from int_published_people as people
cross join input_settings as settings
where
    people.team is not null
    or people.role is not null
    or people.is_engineering_role is not null
group by
    people.from_on,
    people.team,
    people.role,
    people.is_engineering_role,
    settings.small_group
having count(*) < settings.small_group
union all
select
    members.opened_on,
    members.team,
    members.role,
    members.is_engineering_role,
    count(distinct members.login)
from members
cross join input_settings as settings
group by
    members.opened_on,
    members.team,
    members.role,
    members.is_engineering_role,
    settings.small_group
having count(distinct members.login) < settings.small_group
