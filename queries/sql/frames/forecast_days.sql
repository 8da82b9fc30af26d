-- The month to come day by day: what it will have cost by then.
-- Grain: made_on, period, day. Columns are stable unless marked experimental.
--
-- made_on: as in snapshot.
-- period: the month, such as 2026-11.
-- day: a day that is not final yet.
-- point: expected dollars of the period through that day.
-- lo: lower end of its 80 % interval; null where history does not tell.
-- hi: upper end of its 80 % interval; null where history does not tell.
select
    made_on::date as made_on,
    period::varchar as period,
    day::date as day,
    point::double as point,
    lo::double as lo,
    hi::double as hi
from forecast_days_frame
