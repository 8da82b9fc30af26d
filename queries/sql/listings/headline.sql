-- The answer to one comparison of one headline.
select *
from answers
where
    metric = $metric
    and quarter = $quarter
    and comparison = $comparison
    and scope_kind = $scope_kind
    and scope = $scope
    and variant = 'raw'
