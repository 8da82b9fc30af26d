-- Headlines by quarter: the number, what it is compared with, and the SQL that reproduces both.
-- Grain: metric, quarter, comparison, scope_kind, scope, variant. Columns are stable unless marked
-- experimental.
--
-- question: Q1 to Q5, or guardrail.
-- metric: the metric.
-- title: its title.
-- unit: its unit.
-- better: whether up or down is better.
-- quarter: ISO year and quarter of 13 whole ISO weeks (week 53 belongs to the fourth).
-- comparison: quarter before or year before.
-- status: decided once the quarter is complete, else so far.
-- scope_kind: org, team, repo or work_type.
-- scope: name of the team, repository or work type; empty for the organisation.
-- variant: raw; others come with the statistics.
-- current: estimate in the window, in the unit; null where none, a median not reached, or a count
--     not measured.
-- baseline: the same for the baseline's window.
-- effect: current against baseline: ratio minus 1, or difference; null if either side has fewer than
--     10 items, except of counts.
-- effect_kind: ratio or difference.
-- lo: lower end of the interval; null until the statistics come.
-- hi: upper end of the interval; null until the statistics come.
-- p: p-value; null until the statistics come.
-- p_holm: p-value corrected for many questions; null until the statistics come.
-- n_current: items that the current estimate rests on.
-- n_baseline: items that the baseline rests on.
-- n_missing: items of the current window without a value.
-- n_excluded: items of the current window left out by the definition, such as bots.
-- n_clusters: blocks the interval rests on; null until the statistics come.
-- verdict: null until the statistics come; no word is guessed.
-- reason: why there is no verdict.
-- sentence: the answer in one plain sentence.
-- guardrail: guardrails that worsened; null until they come.
-- window_start: first day of the current window.
-- window_end: day after the current window.
-- baseline_start: first day of the baseline's window.
-- baseline_end: day after the baseline's window.
-- as_of: as in snapshot.
-- synced_until: the newest moment any repository was read through, UTC.
-- definition: what is measured, in words.
-- definition_hash: as in metrics.
-- sql: reproduces current and baseline, each with its n, on this file.
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
    variant::varchar as variant,
    current::double as current,
    baseline::double as baseline,
    effect::double as effect,
    effect_kind::varchar as effect_kind,
    lo::double as lo,
    hi::double as hi,
    p::double as p,
    p_holm::double as p_holm,
    n_current::bigint as n_current,
    n_baseline::bigint as n_baseline,
    n_missing::bigint as n_missing,
    n_excluded::bigint as n_excluded,
    n_clusters::bigint as n_clusters,
    verdict::varchar as verdict,
    reason::varchar as reason,
    sentence::varchar as sentence,
    guardrail::varchar as guardrail,
    window_start::date as window_start,
    window_end::date as window_end,
    baseline_start::date as baseline_start,
    baseline_end::date as baseline_end,
    as_of::date as as_of,
    synced_until::timestamp as synced_until,
    definition::varchar as definition,
    definition_hash::varchar as definition_hash,
    sql::varchar as sql
from answers_frame
