-- One row per pull request whose responsible person has a published team or role: that of the day
-- on which it was opened, if it is published on each day until the pull request was closed.
select
    pull_requests.repo,
    pull_requests.number,
    teams.team,
    roles.role,
    roles.is_engineering_role
from stg_pull_requests as pull_requests
cross join input_settings as settings
inner join int_stages as stages
    on stages.repo = pull_requests.repo and stages.number = pull_requests.number
inner join int_responsible as responsible
    on
        responsible.repo = pull_requests.repo
        and responsible.number = pull_requests.number
inner join int_published_people as people
    on
        people.login = lower(responsible.responsible)
        and pull_requests.opened_at::date between people.from_on and people.to_on
left join int_group_periods as teams
    on
        teams.is_team
        and teams.team = people.team
        and pull_requests.opened_at::date >= teams.from_on
        and coalesce(stages.closed_at::date, settings.as_of) <= teams.to_on
left join int_group_periods as roles
    on
        not roles.is_team
        and roles.team is not distinct from people.team
        and roles.role is not distinct from people.role
        and roles.is_engineering_role = people.is_engineering_role
        and pull_requests.opened_at::date >= roles.from_on
        and coalesce(stages.closed_at::date, settings.as_of) <= roles.to_on
