-- No team or role with fewer than k people in people.csv is named.
with groups as (
    select
        lower(login) as login,
        unnest(['team', 'role']) as kind,
        unnest([team, role]) as name
    from ledger.people
),

small as (
    select
        groups.kind,
        groups.name,
        count(distinct groups.login) as people
    from groups
    cross join input_settings as settings
    where groups.name <> ''
    group by groups.kind, groups.name, settings.small_group
    having count(distinct groups.login) < settings.small_group
)

select distinct
    small.kind,
    small.name,
    small.people
from small
inner join pull_requests
    on
        (small.kind = 'team' and pull_requests.team = small.name)
        or (small.kind = 'role' and pull_requests.role = small.name)
