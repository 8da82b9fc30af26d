-- Answers whose gain a guardrail stops, with the numbers of the guardrail in the same comparison.
select
    answers.* exclude (sql, inputs_sql),
    guards.current as guard_current,
    guards.baseline as guard_baseline
from answers
inner join answers as guards
    on
        guards.metric = answers.guardrail
        and guards.scope_kind = answers.scope_kind
        and guards.scope = answers.scope
        and guards.quarter = answers.quarter
        and guards.comparison = answers.comparison
        and guards.event = answers.event
        and (guards.variant = answers.variant or guards.verdict = 'worse')
