-- One answer in all its variants, with its SQL and the hash of its definition.
select
    variant,
    effect,
    lo,
    hi,
    left_out,
    sql,
    definition_hash
from answers
where
    metric = $metric
    and scope_kind = $scope_kind
    and scope = $scope
    and comparison = $comparison
    and window_start = $window_start
    and coalesce(event, '') = $event
order by variant
