-- The answers to the comparisons by quarter of some headlines in some quarters.
select *
from answers
where
    list_contains($metrics::varchar[], metric)
    and list_contains($quarters::varchar[], quarter)
    and comparison in ('quarter before', 'year before')
    and scope_kind = $scope_kind
    and scope = $scope
    and variant = 'raw'
