-- Mean of the answers to the item $item of the pulse, of the whole organisation on a scale from 1 to
-- 5, over the waves that closed in the window, each with the same weight. Waves that fewer than half
-- of the people invited answered have no value. Only the newest version of the wording counts.
select
    wave_end as day,
    wave,
    if(response_rate < 0.5, null, mean) as value
from survey_scores
where survey = 'pulse' and team is null and item = $item and scale = '1-5'
qualify version = max(version) over ()
