-- The inputs of an answer add up to it, on both sides: n, unless of a rate; the value; of a median
-- at least half within it.
with sides as (
    select
        metric,
        quarter,
        comparison,
        scope_kind,
        scope,
        greatest(window_end, baseline_end) as last_end,
        as_of,
        unnest([window_start, baseline_start]) as start_on,
        unnest([window_end, baseline_end]) as end_on,
        unnest([current, baseline]) as estimate,
        unnest([n_current, n_baseline]) as n
    from answers
),

totals as (
    select
        metric,
        scope_kind,
        scope,
        "window",
        read_until,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from answer_inputs
    group by all
),

compared as (
    select
        sides.metric,
        sides.quarter,
        sides.comparison,
        sides.scope,
        sides.start_on,
        sides.estimate,
        sides.n,
        metrics.aggregate,
        coalesce(totals.numerator, 0) as numerator,
        coalesce(totals.denominator, 0) as denominator
    from sides
    inner join metrics on metrics.metric = sides.metric
    left join totals
        on
            totals.metric = sides.metric
            and totals.scope_kind = sides.scope_kind
            and totals.scope = sides.scope
            and totals."window" = sides.start_on::text || '/' || sides.end_on::text
            and totals.read_until = least(
                sides.last_end + metrics.matures_after_days,
                sides.as_of + 1
            )
)

select
    metric,
    quarter,
    comparison,
    scope,
    start_on,
    estimate,
    n,
    numerator,
    denominator
from compared
where
    (aggregate in ('share', 'median', 'count', 'per outcome') and n <> denominator)
    or (aggregate = 'count' and abs(estimate - numerator) > 1e-9)
    or (
        aggregate not in ('count', 'median')
        and abs(estimate - numerator / denominator) > 1e-9 * greatest(1, abs(estimate))
    )
    or (aggregate = 'median' and estimate is not null and numerator < denominator / 2)
