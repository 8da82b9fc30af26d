-- The comparisons that this publish judged; their weekly sums are in judged_lists.
create temp table judged_comparisons as
select
    position::bigint as position,
    metric::varchar as metric,
    scope_kind::varchar as scope_kind,
    scope::varchar as scope,
    quarter::varchar as quarter,
    comparison::varchar as comparison,
    event::varchar as event,
    variant::varchar as variant,
    is_new::boolean as is_new,
    threshold::double as threshold
from judged_frame;

-- Decisions that the ledger does not have yet.
create temp table new_verdicts as
select
    answers.metric,
    answers.scope_kind,
    answers.scope,
    answers.quarter,
    answers.comparison,
    answers.event,
    answers.variant,
    answers.definition_hash,
    answers.decided_on,
    answers.current,
    answers.baseline,
    answers.n_current,
    answers.n_baseline,
    answers.effect,
    answers.lo,
    answers.hi,
    answers.level,
    answers.p,
    answers.p_adjusted,
    answers.se,
    answers.df,
    answers.history_weeks,
    answers.n_pairs,
    answers.n_family,
    answers.verdict,
    answers.reason,
    answers.guardrail,
    judged.threshold,
    inputs.inputs
from answers
inner join judged_comparisons as judged
    using (metric, scope_kind, scope, quarter, comparison, event, variant)
left join judged_lists as inputs on inputs.position = judged.position
where judged.is_new;
