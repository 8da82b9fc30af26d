-- Quarters of some headlines in one scope, each with its baseline and the interval of its effect.
select
    metric,
    window_start,
    window_end,
    baseline,
    effect_kind,
    lo,
    hi
from answers
where
    list_contains($metrics::varchar[], metric)
    and scope_kind = $scope_kind
    and scope = $scope
    and comparison = 'quarter before'
    and variant = 'raw'
order by metric, window_start desc
