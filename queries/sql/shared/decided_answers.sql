-- Decided answers with the quarter in which their window ends, and the teams of their rollout.
select
    answers.*,
    case
        when quarter != '' then quarter
        else strftime(window_end - interval 1 day, '%Y') || '-Q' || quarter(window_end - interval 1 day)
    end as archive_quarter,
    rollouts.teams as event_teams
from answers
left join (
    select
        name,
        arg_max(teams, happened_on) as teams
    from events
    where kind = 'rollout'
    group by name
) as rollouts
    on rollouts.name = answers.event
where status = 'decided'
