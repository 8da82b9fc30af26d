-- No combination of team and role is named on a day on which it has fewer than k people.
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
    pull_requests.opened_at::date,
    pull_requests.team,
    pull_requests.role,
    pull_requests.is_engineering_role,
    count(distinct people.login)
from (
    select distinct opened_at::date as opened_at, team, role, is_engineering_role
    from pull_requests
    where team is not null or is_engineering_role is not null
) as pull_requests
cross join input_settings as settings
left join int_published_people as people
    on
        pull_requests.opened_at between people.from_on and people.to_on
        and coalesce(people.team = pull_requests.team, pull_requests.team is null)
        and coalesce(people.role = pull_requests.role, pull_requests.role is null)
        and coalesce(
            people.is_engineering_role = pull_requests.is_engineering_role,
            pull_requests.is_engineering_role is null
        )
group by
    pull_requests.opened_at,
    pull_requests.team,
    pull_requests.role,
    pull_requests.is_engineering_role,
    settings.small_group
having count(distinct people.login) < settings.small_group
