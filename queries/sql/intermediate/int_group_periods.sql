-- One row per published team, or combination of team and role, and period of days without a gap on
-- which it is published. `is_team` marks the rows of whole teams.
with labels as (
    select distinct from_on, to_on, true as is_team, team, null as role, null as is_engineering_role
    from int_published_people
    where team is not null
    union all
    select distinct from_on, to_on, false, team, role, is_engineering_role
    from int_published_people
    where role is not null or is_engineering_role is not null
),

numbered as (
    select
        *,
        from_on - 1 is distinct from lag(to_on) over (
            partition by is_team, team, role, is_engineering_role order by from_on
        ) as is_first
    from labels
),

islands as (
    select
        *,
        count(*) filter (is_first) over (
            partition by is_team, team, role, is_engineering_role order by from_on
        ) as island
    from numbered
)

select
    is_team,
    team,
    role,
    is_engineering_role,
    min(from_on) as from_on,
    max(to_on) as to_on
from islands
group by is_team, team, role, is_engineering_role, island
