-- No team or role with fewer than k people in people.csv is named.
with people as (
    select team as name, count(distinct lower(login)) as people
    from ledger.people
    where team <> ''
    group by team
    union all
    select role, count(distinct lower(login))
    from ledger.people
    where role <> ''
    group by role
)

select distinct people.name, people.people
from people
cross join stg_settings as settings
inner join pull_requests on pull_requests.team = people.name or pull_requests.role = people.name
where people.people < settings.small_group
