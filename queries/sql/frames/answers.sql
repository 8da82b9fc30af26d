-- Headlines by quarter: the number, what it is compared with, and the SQL that reproduces both.
-- Grain: metric, quarter, comparison, scope_kind, scope, variant. Stable.
--
-- question: Q1 to Q5, or guardrail. Stable.
-- metric: the metric. Stable.
-- title: its title. Stable.
-- unit: its unit. Stable.
-- better: whether up or down is better. Stable.
-- quarter: ISO year and quarter of 13 whole ISO weeks (week 53 belongs to the fourth). Stable.
-- comparison: quarter before or year before. Stable.
-- status: decided once the quarter is complete, else so far. Stable.
-- scope_kind: org, team, repo or work_type. Stable.
-- scope: name of the team, repository or work type; empty for the organisation. Stable.
-- variant: raw; others come with the statistics. Stable.
-- current: estimate in the window, in the unit; null where none, a median not reached, or a count not measured. Stable.
-- baseline: the same for the baseline's window. Stable.
-- effect: current against baseline: ratio minus 1, or difference. Stable.
-- effect_kind: ratio or difference. Stable.
-- lo: lower end of the interval; null until the statistics come. Stable.
-- hi: upper end of the interval; null until the statistics come. Stable.
-- p: p-value; null until the statistics come. Stable.
-- p_holm: p-value corrected for many questions; null until the statistics come. Stable.
-- n_current: items that the current estimate rests on. Stable.
-- n_baseline: items that the baseline rests on. Stable.
-- n_missing: items of the current window without a value. Stable.
-- n_excluded: items of the current window left out by the definition, such as bots. Stable.
-- n_clusters: blocks the interval rests on; null until the statistics come. Stable.
-- verdict: null until the statistics come; no word is guessed. Stable.
-- reason: why there is no verdict. Stable.
-- sentence: the answer in one plain sentence. Stable.
-- guardrail: guardrails that worsened; null until they come. Stable.
-- window_start: first day of the current window. Stable.
-- window_end: day after the current window. Stable.
-- baseline_start: first day of the baseline's window. Stable.
-- baseline_end: day after the baseline's window. Stable.
-- as_of: as in snapshot. Stable.
-- synced_until: the newest moment any repository was read through, UTC. Stable.
-- definition: what is measured, in words. Stable.
-- definition_hash: as in metrics. Stable.
-- sql: reproduces current and baseline, each with its n, on this file. Stable.
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
