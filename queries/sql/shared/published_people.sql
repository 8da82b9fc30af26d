-- Teams and roles that were published, by person and days: those of this snapshot, and of other
-- days those published before.
with labels as (
    select login, from_on, to_on, team, role, is_engineering_role, class
    from int_published_people
    where class is not null
    union all
    select
        login,
        greatest(from_on, (select max(to_on) + 1 from int_periods)),
        to_on,
        team,
        role,
        is_engineering_role,
        class
    from input_published_people
    where to_on > (select max(to_on) from int_periods)
    union all
    select
        login,
        from_on,
        least(to_on, (select min(from_on) - 1 from int_periods)),
        team,
        role,
        is_engineering_role,
        class
    from input_published_people
    where from_on < (select min(from_on) from int_periods)
    union all
    from input_published_people
    where not exists (from int_periods)
),

islands as (
    select
        *,
        from_on - (
            sum(to_on - from_on + 1) over (
                partition by login, team, role, is_engineering_role, class order by from_on
            ) - (to_on - from_on + 1)
        )::integer as island
    from labels
)

select
    login,
    min(from_on) as from_on,
    max(to_on) as to_on,
    team,
    role,
    is_engineering_role,
    class
from islands
group by login, team, role, is_engineering_role, class, island
