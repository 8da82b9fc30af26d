-- The inputs of an answer add up to the answer: n, and for shares and rates the value.
with totals as (
    select
        metric, scope_kind, scope, "window", read_until, sum(numerator) as numerator, sum(denominator) as denominator
    from answer_inputs
    group by metric, scope_kind, scope, "window", read_until
)

select answers.metric, answers.quarter, answers.comparison, answers.scope, answers.current, totals.numerator
from answers
inner join metrics on metrics.metric = answers.metric
left join totals
    on
        totals.metric = answers.metric
        and totals.scope_kind = answers.scope_kind
        and totals.scope = answers.scope
        and totals."window" = answers.window_start::text || '/' || answers.window_end::text
        and totals.read_until = least(greatest(answers.window_end, answers.baseline_end), answers.as_of + 1)
where
    (metrics.aggregate <> 'per week' and coalesce(totals.denominator, 0) <> answers.n_current)
    or (
        metrics.aggregate = 'share'
        and abs(answers.current - totals.numerator / totals.denominator) > 1e-9
    )
