-- Verdicts of the organisation, or of one team, with what the number was in the quarter after. A
-- verdict is decided once and stays as it is; the number of the next quarter is its own quarter's.
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
)

select
    answers.decided_on,
    answers.metric,
    answers.title,
    answers.scope,
    answers.quarter,
    answers.comparison,
    answers.status,
    answers.event,
    answers.variant,
    answers.verdict,
    answers.baseline,
    answers.current,
    answers.baseline_end,
    answers.effect_kind,
    next_quarters.current as in_next_quarter,
    next_quarters.status as next_quarter_is,
    answers.effect,
    answers.lo,
    answers.hi,
    answers.level,
    answers.reason,
    answers.sentence
from answers
left join next_quarters
    on
        next_quarters.metric = answers.metric
        and next_quarters.scope_kind = answers.scope_kind
        and next_quarters.scope = answers.scope
        and next_quarters.window_start = answers.window_start
where
    answers.decided_on is not null
    and answers.scope_kind in ('org', 'team')
    and answers.scope = $scope
order by
    answers.decided_on desc,
    answers.scope,
    answers.verdict not in ('improving', 'worse', 'not proven'),
    answers.metric,
    answers.comparison
