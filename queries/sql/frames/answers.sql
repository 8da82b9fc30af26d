-- Headlines by quarter: the number, what it is compared with, and the SQL that reproduces both.
-- Grain: metric, quarter, comparison, event, scope_kind, scope, variant. Columns are stable unless
-- marked experimental.
--
-- question: Q1 to Q5, or guardrail.
-- metric: the metric.
-- title: its title.
-- unit: its unit.
-- better: whether up or down is better.
-- quarter: ISO year and quarter of 13 whole ISO weeks (week 53 belongs to the fourth).
-- comparison: quarter before, year before, baseline (a fixed quarter), rollout 13 weeks or rollout
--     26 weeks.
-- status: decided once the quarter is complete, else so far.
-- scope_kind: org, team, repo or work_type.
-- scope: name of the team, repository or work type; empty for the organisation.
-- event: the rollout, or the quarter of a fixed baseline; else empty.
-- variant: raw; of rollouts before and after, or difference to the teams without it. adjusted: a
--     share or median with the weights of repositories and work types in the baseline, no verdict.
--     bound_hi: the upper bound of a share whose raw numbers are its lower bound, no verdict.
-- current: estimate in the window, in the unit; null where none, a median not reached, or a count
--     not measured.
-- baseline: the same for the baseline's window.
-- effect: current against baseline: ratio minus 1, or difference; null if either side has fewer than
--     10 items, except of counts.
-- effect_kind: ratio or difference.
-- lo: lower end of the interval of effect, on its scale; null without an interval.
-- hi: upper end of the interval.
-- level: level of the interval: of a headline that of its family, of a guardrail 0.9.
-- p: p-value, two-sided; null without enough data.
-- p_adjusted: p-value adjusted for the headlines of its family by Benjamini and Hochberg; null of
--     guardrails.
-- se: standard error, null without one, on the scale of the test: of ratios the logarithm, of a median the share
--     within the common median.
-- df: degrees of freedom.
-- history_weeks: weeks of history behind the standard error.
-- n_pairs: pairs of earlier windows behind it.
-- n_family: headlines of its family, among which p is adjusted, of a team those of all teams; null
--     of guardrails.
-- n_current: items that the current estimate rests on.
-- n_baseline: items that the baseline rests on.
-- n_missing: items of the current window without a value.
-- n_excluded: items of the current window left out by the definition, such as bots.
-- verdict: improving, worse, no clear change, too little data, not proven or not measured; of a
--     guardrail worse, no clear change, too little data or not measured. Null of quarters in
--     progress, repositories and work types.
-- reason: why it is this verdict, or why there is none.
-- sentence: number and comparison in one plain sentence.
-- verdict_sentence: the verdict in one plain sentence; null of repositories and work types.
-- busy_week: first day of a week with over a third of the items of a window; null without one.
-- guardrail: the guardrail that became worse, if the verdict is not proven because of it.
-- decided_on: day of the data with which it was decided; null if it is not decided.
-- left_out: repositories that count in neither window, because they were active in one only.
-- window_start: first day of the current window.
-- window_end: day after the current window.
-- baseline_start: first day of the baseline's window.
-- baseline_end: day after the baseline's window.
-- as_of: as in snapshot.
-- synced_until: the newest moment any repository was read through, UTC.
-- definition: what is measured, in words.
-- definition_hash: as in metrics.
-- sql: reproduces current and baseline, each with its n, on this file.
-- inputs_sql: the weekly sums of history, baseline and window as judged, on this file; null of
--     answers that are not judged.
select
    question::varchar as question,
    metric::varchar as metric,
    title::varchar as title,
    unit::varchar as unit,
    better::varchar as better,
    quarter::varchar as quarter,
    comparison::varchar as comparison,
    status::varchar as status,
    scope_kind::varchar as scope_kind,
    scope::varchar as scope,
    event::varchar as event,
    variant::varchar as variant,
    current::double as current,
    baseline::double as baseline,
    effect::double as effect,
    effect_kind::varchar as effect_kind,
    lo::double as lo,
    hi::double as hi,
    level::double as level,
    p::double as p,
    p_adjusted::double as p_adjusted,
    if(isfinite(se::double), se::double, null) as se,
    df::double as df,
    history_weeks::bigint as history_weeks,
    n_pairs::bigint as n_pairs,
    n_family::bigint as n_family,
    n_current::bigint as n_current,
    n_baseline::bigint as n_baseline,
    n_missing::bigint as n_missing,
    n_excluded::bigint as n_excluded,
    verdict::varchar as verdict,
    reason::varchar as reason,
    sentence::varchar as sentence,
    verdict_sentence::varchar as verdict_sentence,
    busy_week::date as busy_week,
    guardrail::varchar as guardrail,
    decided_on::date as decided_on,
    left_out::varchar[] as left_out,
    window_start::date as window_start,
    window_end::date as window_end,
    baseline_start::date as baseline_start,
    baseline_end::date as baseline_end,
    as_of::date as as_of,
    synced_until::timestamp as synced_until,
    definition::varchar as definition,
    definition_hash::varchar as definition_hash,
    sql::varchar as sql,
    inputs_sql::varchar as inputs_sql
from answers_frame
