-- Quarters of one headline and scope, each with its baseline and the interval of its effect.
select
    window_start,
    window_end,
    baseline,
    effect_kind,
    lo,
    hi
from answers
where
    metric = $metric
    and scope_kind = $scope_kind
    and scope = $scope
    and comparison = 'quarter before'
order by window_start desc
