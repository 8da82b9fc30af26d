-- What the organisation's month and year will cost, as of this snapshot.
-- Grain: made_on, period. Columns are stable unless marked experimental.
--
-- made_on: as in snapshot.
-- period: the month, such as 2026-11, or the year.
-- counted_until: last day of the period whose spend is final; later days are forecast.
-- spent: dollars so far, days that may still change and seats included.
-- seats: dollars of the whole period for seats, known in advance and part of every other amount;
--     null without a forecast.
-- point: expected dollars of the period: what is final, and for each other day the mean of its
--     weekday over 28 days. Null if spend is old or thin: its last day is more than 14 days ago, it
--     has less than 28 days of history, or rows on less than half of the last 28 days.
-- lo: lower end of the 80 % interval; null where history does not tell.
-- hi: upper end of the 80 % interval; null where history does not tell.
-- budget_usd: dollars of the budget; null without one for every month of the period.
-- p_over_budget: chance that the period ends over it; null without a budget, or where history does
--     not tell.
-- breach_on: day on which the budget was, or is expected to be, passed; null where it is not.
-- coverage: share of past forecasts as far ahead whose interval held; null where they are too few.
-- coverage_n: how many those are, one a week.
-- reason: why there is no forecast, or no interval.
-- break_on: day of the last 28 since which spend is of another kind, which the forecast knows only
--     in part.
-- break_kind: level, price or model.
select
    made_on::date as made_on,
    period::varchar as period,
    counted_until::date as counted_until,
    spent::double as spent,
    seats::double as seats,
    point::double as point,
    lo::double as lo,
    hi::double as hi,
    budget_usd::bigint as budget_usd,
    p_over_budget::double as p_over_budget,
    breach_on::date as breach_on,
    coverage::double as coverage,
    coverage_n::bigint as coverage_n,
    reason::varchar as reason,
    break_on::date as break_on,
    break_kind::varchar as break_kind
from forecasts_frame
