-- The newest published wave of the pulse by team: the mean of each item. An empty cell is hidden:
-- it has fewer answers than the limit, all or none are favourable, or it would reveal a small group.
with newest as (
    select max(wave_start) as wave_start
    from survey_scores
    where survey = 'pulse'
),

teams as (
    select distinct team
    from engineers
    where team is not null
    union
    select distinct team
    from survey_scores
    where team is not null
)

select
    teams.team,
    max(scores.n) as n,
    max(scores.mean) filter (scores.item = 'burnout') as burnout,
    max(scores.mean) filter (scores.item = 'frustration') as frustration,
    max(scores.mean) filter (scores.item = 'excitement') as excitement,
    max(scores.mean) filter (scores.item = 'flow') as flow,
    max(scores.mean) filter (scores.item = 'ai_help') as ai_help,
    max(scores.response_rate) as response_rate
from teams
left join survey_scores as scores
    on
        scores.team = teams.team
        and scores.survey = 'pulse'
        and scores.wave_start = (select newest.wave_start from newest)
where exists (from survey_scores where survey = 'pulse')
group by teams.team
order by teams.team
