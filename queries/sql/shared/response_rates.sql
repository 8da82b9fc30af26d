-- Response rates of the waves of the pulse, by the day on which each closed.
select distinct
    wave_end as day,
    response_rate as rate
from survey_scores
where survey = 'pulse' and team is null and response_rate is not null
order by day
