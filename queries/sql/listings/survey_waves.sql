-- Each published wave of the pulse, of the whole organisation: the mean of each item with its 95 %
-- interval, the share of the two best answers, and what the people who did not answer leave open.
select
    wave_start,
    wave_end,
    item,
    version,
    polarity,
    scale,
    mean,
    lo,
    hi,
    favourable,
    favourable_lo,
    favourable_hi,
    n,
    response_rate,
    mean_least,
    mean_most,
    favourable_least,
    favourable_most,
    mean_plausible,
    favourable_plausible
from survey_scores
where survey = 'pulse' and team is null
order by wave_start, item
