-- Every decision of the ledger, also of quarters that `answers` no longer has and of definitions
-- that were replaced. A decision never changes; a new definition is decided beside the old one.
-- Grain: metric, scope_kind, scope, quarter, comparison, event, variant, definition_hash. Columns
-- are stable unless marked experimental.
--
-- metric: the metric.
-- scope_kind: org or team.
-- scope: its name; empty for the organisation.
-- quarter: as in answers.
-- comparison: as in answers.
-- event: as in answers.
-- variant: as in answers.
-- definition_hash: the definition with which it was decided, as in metrics.
-- is_current_definition: whether the metric still has this definition.
-- decided_on: day of the data with which it was decided.
-- current: estimate in the window on that day.
-- baseline: estimate in the baseline on that day.
-- n_current: items that the current estimate rested on.
-- n_baseline: items that the baseline rested on.
-- effect: as in answers.
-- lo: as in answers.
-- hi: as in answers.
-- level: as in answers.
-- p: as in answers.
-- p_adjusted: as in answers.
-- verdict: the word.
-- reason: why it was this word.
-- guardrail: the guardrail that stopped a gain.
with decisions as (
    select * exclude (inputs, threshold)
    from ledger.published_verdicts
    where decided_on <= (select as_of from input_settings)
    union all by name
    select * exclude (inputs, threshold)
    from new_verdicts
)

select
    decisions.metric::varchar as metric,
    decisions.scope_kind::varchar as scope_kind,
    decisions.scope::varchar as scope,
    decisions.quarter::varchar as quarter,
    decisions.comparison::varchar as comparison,
    decisions.event::varchar as event,
    decisions.variant::varchar as variant,
    decisions.definition_hash::varchar as definition_hash,
    decisions.definition_hash = metrics.definition_hash as is_current_definition,
    decisions.decided_on::date as decided_on,
    decisions.current::double as current,
    decisions.baseline::double as baseline,
    decisions.n_current::bigint as n_current,
    decisions.n_baseline::bigint as n_baseline,
    decisions.effect::double as effect,
    decisions.lo::double as lo,
    decisions.hi::double as hi,
    decisions.level::double as level,
    decisions.p::double as p,
    decisions.p_adjusted::double as p_adjusted,
    decisions.verdict::varchar as verdict,
    decisions.reason::varchar as reason,
    decisions.guardrail::varchar as guardrail
from decisions
inner join metrics on metrics.metric = decisions.metric
-- a team that is too small to be shown now was not when it was decided
where
    decisions.scope = ''
    or decisions.scope in (select team from pull_requests where team is not null)
order by all
