-- The inputs of an answer that is not decided add up to it, on both sides: n, unless of a rate; the
-- value, unless of a median. A decision keeps the inputs of its day.
with sides as (
    select
        metric,
        quarter,
        comparison,
        event,
        variant,
        scope_kind,
        scope,
        unnest(['judged', 'baseline']) as "window",
        unnest([current, baseline]) as estimate,
        unnest([n_current, n_baseline]) as n
    from answers
    where decided_on is null
),

totals as (
    select
        metric,
        quarter,
        comparison,
        event,
        variant,
        scope_kind,
        scope,
        "window",
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from answer_inputs
    where not is_masked and series = 'judged'
    group by all
)

select
    sides.metric,
    sides.quarter,
    sides.comparison,
    sides.scope,
    sides."window",
    sides.estimate,
    sides.n,
    totals.numerator,
    totals.denominator
from sides
inner join totals
    using (metric, scope_kind, scope, quarter, comparison, event, variant, "window")
inner join metrics on metrics.metric = sides.metric
where
    (
        metrics.aggregate in ('share', 'median', 'mean', 'per outcome')
        and sides.n <> totals.denominator
    )
    or (metrics.aggregate = 'count' and abs(sides.estimate - totals.numerator) > 1e-9)
    or (
        metrics.aggregate not in ('count', 'median')
        and abs(sides.estimate - totals.numerator / totals.denominator)
        > 1e-9 * greatest(1, abs(sides.estimate))
    )
