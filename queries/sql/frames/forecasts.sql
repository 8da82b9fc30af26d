-- What the organisation's month and year will cost, as of this snapshot.
-- Grain: made_on, period. Stable.
--
-- made_on: as in snapshot. Stable.
-- period: the month, such as 2026-11, or the year. Stable.
-- counted_until: last day of the period whose spend is final; later days are forecast. Stable.
-- spent: dollars so far, days that may still change and seats included. Stable.
-- seats: dollars of the whole period for seats, known in advance and part of every other amount. Stable.
-- point: expected dollars of the period: what is final, and for each other day the mean of its weekday over 28 days. Stable.
-- lo: lower end of the 80 % interval; null where history does not tell. Stable.
-- hi: upper end of the 80 % interval; null where history does not tell. Stable.
-- budget_usd: dollars of the budget; null without one for every month of the period. Stable.
-- p_over_budget: chance that the period ends over it; null without a budget, or where history does not tell. Stable.
-- breach_on: day on which the budget was, or is expected to be, passed; null where it is not. Stable.
-- coverage: share of past forecasts as far ahead whose interval held; null where they are too few. Stable.
-- coverage_n: how many those are, one a week. Stable.
-- reason: why there is no interval. Stable.
-- break_on: day of the last 28 since which spend is of another kind, which the forecast knows only in part. Stable.
-- break_kind: level, price or model. Stable.
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
