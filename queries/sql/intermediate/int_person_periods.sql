-- One row per person of people.csv and period, with team and role.
with engineering as (
    select distinct value as role
    from int_rule_matches
    where kind = 'label_rules' and meaning = 'engineering' and field = 'role'
)

select
    periods.from_on,
    periods.to_on,
    listed.login,
    min(listed.team) as team,
    min(listed.role) as role,
    if(min(listed.role) is null, null, bool_or(engineering.role is not null))
        as is_engineering_role
from int_periods as periods
inner join int_listed_people as listed
    on
        coalesce(listed.from_on, periods.from_on) <= periods.from_on
        and coalesce(listed.to_on, periods.to_on) >= periods.to_on
left join engineering on engineering.role = listed.role
group by periods.from_on, periods.to_on, listed.login
