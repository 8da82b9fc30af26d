-- Verdicts of the organisation, or of one team, with what the number was in the quarter after. A
-- verdict is decided once and stays as it is; the number of the next quarter is its own quarter's.
-- A new definition of a metric is decided beside the old one, which has no quarter after.
with next_quarters as (
    select
        metric,
        scope_kind,
        scope,
        baseline_start as window_start,
        status,
        current
    from answers
    where comparison = 'quarter before' and variant = 'raw' and scope = $scope
),

-- decisions that the answers no longer have: of replaced definitions and of early quarters
earlier as (
    select
        verdicts.* exclude (definition_hash, n_current, n_baseline, p, p_adjusted, guardrail),
        metrics.title,
        'decided' as status,
        answers.baseline_end,
        (
            select any_value(same.effect_kind)
            from answers as same
            where same.metric = verdicts.metric
        ) as effect_kind
    from verdicts
    inner join metrics on metrics.metric = verdicts.metric
    left join answers
        on
            answers.metric = verdicts.metric
            and answers.scope_kind = verdicts.scope_kind
            and answers.scope = verdicts.scope
            and answers.quarter = verdicts.quarter
            and answers.comparison = verdicts.comparison
            and answers.event = verdicts.event
            and answers.variant = verdicts.variant
    where not verdicts.is_current_definition or answers.decided_on is null
),

decisions as (
    select
        *,
        true as is_current_definition
    from answers
    where decided_on is not null
    union all by name
    select * from earlier
)

select
    decisions.decided_on,
    decisions.metric,
    decisions.title,
    decisions.scope,
    decisions.quarter,
    decisions.comparison,
    decisions.status,
    decisions.event,
    decisions.variant,
    decisions.verdict,
    decisions.baseline,
    decisions.current,
    decisions.baseline_end,
    decisions.effect_kind,
    next_quarters.current as in_next_quarter,
    next_quarters.status as next_quarter_is,
    decisions.effect,
    decisions.lo,
    decisions.hi,
    decisions.level,
    decisions.reason,
    decisions.sentence,
    decisions.is_current_definition
from decisions
left join next_quarters
    on
        next_quarters.metric = decisions.metric
        and next_quarters.scope_kind = decisions.scope_kind
        and next_quarters.scope = decisions.scope
        and next_quarters.window_start = decisions.window_start
where decisions.scope_kind in ('org', 'team') and decisions.scope = $scope
order by
    decisions.decided_on desc,
    decisions.scope,
    decisions.verdict not in ('improving', 'worse', 'not proven'),
    decisions.metric,
    decisions.comparison,
    decisions.quarter desc,
    decisions.is_current_definition desc
