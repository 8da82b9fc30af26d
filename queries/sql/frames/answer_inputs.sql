-- What answers add up, by ISO week.
-- Grain: metric, scope_kind, scope, window, read_until, block. Columns are stable unless marked
-- experimental.
--
-- metric: the metric.
-- scope_kind: org, team, repo or work_type.
-- scope: its name; empty for the organisation.
-- window: first day and day after, as in 2026-03-30/2026-06-29.
-- read_until: only repositories read through this day count: the later end of the two windows
--     compared.
-- block: the Monday of the week.
-- numerator: what is added up: items that satisfy a share, items, or for a median those within the
--     estimate.
-- denominator: items; for a rate the weeks, per reviewer the reviewers of the week.
select
    metric::varchar as metric,
    scope_kind::varchar as scope_kind,
    scope::varchar as scope,
    "window"::varchar as "window",
    read_until::date as read_until,
    block::date as block,
    numerator::double as numerator,
    denominator::double as denominator
from inputs_frame
