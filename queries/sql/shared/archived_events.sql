-- Events of the published file, with the teams of a rollout as they were when its last archived
-- answer was decided. Files without these teams have those of today.
create table events as
with kept as (
    select
        event as name,
        arg_max(event_teams, decided_on) as teams
    from answers
    where event != ''
    group by event
)

select
    known.* exclude (teams),
    coalesce(kept.teams, known.teams) as teams
from live.events as known
left join kept
    on kept.name = known.name and known.kind = 'rollout'
