-- Answers of each published team to one headline in one quarter, under one comparison.
select
    scope as team,
    quarter,
    comparison,
    event,
    variant,
    status,
    current,
    baseline,
    effect,
    effect_kind,
    lo,
    hi,
    level,
    n_current,
    n_baseline,
    verdict,
    reason,
    guardrail
from answers
where
    metric = $metric
    and scope_kind = 'team'
    and comparison = $comparison
    and quarter = $quarter
    and variant = 'raw'
    and current is not null
order by scope
