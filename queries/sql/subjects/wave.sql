-- What rows of waves show.
select distinct on (wave)
    null::varchar as repo,
    wave,
    'Wave of ' || strftime(wave_start, '%-d %b %Y') as title,
    wave_start,
    wave_end,
    n,
    response_rate
from survey_scores
where survey = 'pulse' and team is null
order by wave, n
