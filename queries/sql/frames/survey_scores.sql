-- Survey answers by wave, item and team, only of cells that may be shown. A wave is published once,
-- after it closed, and never changes. Grain: survey, wave, team, item, version. Columns are stable
-- unless marked experimental.
--
-- survey: key of the survey, pulse for the shipped items.
-- wave: the wave, by the day on which it opened.
-- wave_start: the day on which it opened.
-- wave_end: the last day on which it was open.
-- team: name of the team; null for the organisation.
-- item: key of the question, such as burnout.
-- version: version of its wording and scale. Versions are not comparable.
-- scale: lowest and highest answer, such as 1-5.
-- polarity: -1 if a high answer is bad, else 1.
-- n: answers, at least: the lower end of a band (5, 10, 20, 50, 100 and so on), of the item of the
--     cell with the fewest.
-- mean: mean of the answers, with one decimal.
-- sd: standard deviation of the answers, with one decimal; under ten answers rounded up to half
--     points, also in the interval of the mean.
-- lo: lower end of the 95 % interval of the mean of everyone invited.
-- hi: upper end of the interval.
-- favourable: share of the two best answers, in steps of 5 points from 5 to 95 %.
-- favourable_lo: lower end of the 95 % interval of that share of everyone invited.
-- favourable_hi: upper end of that interval.
-- response_rate: people who answered, of those invited, in steps of 5 points; null under 10 invited,
--     if the number is not known, or if the rest of the teams would be a small group.
-- mean_least: the mean if all who did not answer had given the lowest answer.
-- mean_most: the mean if they had given the highest answer.
-- favourable_least: the favourable share if none of them were favourable.
-- favourable_most: the favourable share if all of them were.
-- mean_plausible: the mean if their odds of an unfavourable answer were twice those of the people who
--     answered; null without a response rate.
-- favourable_plausible: the favourable share in that case.
select
    survey::varchar as survey,
    opens_on::varchar as wave,
    opens_on::date as wave_start,
    closes_on::date as wave_end,
    team::varchar as team,
    item::varchar as item,
    version::integer as version,
    scale::varchar as scale,
    polarity::integer as polarity,
    n::integer as n,
    mean::double as mean,
    sd::double as sd,
    lo::double as lo,
    hi::double as hi,
    favourable::double as favourable,
    favourable_lo::double as favourable_lo,
    favourable_hi::double as favourable_hi,
    response_rate::double as response_rate,
    mean_least::double as mean_least,
    mean_most::double as mean_most,
    favourable_least::double as favourable_least,
    favourable_most::double as favourable_most,
    mean_plausible::double as mean_plausible,
    favourable_plausible::double as favourable_plausible
from survey_scores_frame
order by survey, wave_start, team nulls first, item, version
