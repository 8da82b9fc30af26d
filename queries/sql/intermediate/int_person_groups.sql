-- One row per person and period with the team and role that may be published: each combination has
-- at least k people on every day. A role with fewer people in its team is left out; if that leaves
-- fewer than k people of the team, they keep the role, or only whether it is one of engineering,
-- and lose the team.
with sized as (
    select
        periods.*,
        settings.small_group as k,
        periods.team is not null
        and periods.role is not null
        and count(*) over (
            partition by periods.from_on, periods.team, periods.role
        ) >= settings.small_group as has_both
    from int_person_periods as periods
    cross join input_settings as settings
),

in_teams as (
    select
        *,
        not has_both
        and team is not null
        and count(*) filter (not has_both) over (partition by from_on, team) >= k as has_team
    from sized
),

in_roles as (
    select
        *,
        not has_both
        and not has_team
        and role is not null
        and count(*) filter (not has_both and not has_team) over (
            partition by from_on, role
        ) >= k as has_role
    from in_teams
),

in_kinds as (
    select
        *,
        not has_both
        and not has_team
        and not has_role
        and count(*) filter (not has_both and not has_team and not has_role) over (
            partition by from_on, is_engineering_role
        ) >= k as has_kind
    from in_roles
)

select
    from_on,
    to_on,
    login,
    if(has_both or has_team, team, null) as team,
    if(has_both or has_role, role, null) as role,
    if(has_both or has_role or has_kind, is_engineering_role, null) as is_engineering_role
from in_kinds
