-- Waves of the pulse by item, with the day on which each closed: the response rate, null if it is not
-- known, and how far the plausible case moves the mean.
select
    wave_end as day,
    item,
    response_rate as rate,
    mean_plausible - mean as shift
from survey_scores
where survey = 'pulse' and team is null
order by day, item
