-- The weekly sums of one judged answer.
select *
from answer_inputs
where
    metric = $metric
    and scope_kind = $scope_kind
    and scope = $scope
    and quarter = $quarter
    and comparison = $comparison
    and event = $event
    and variant = $variant
order by series, block
