-- The answers of the same scope and comparison as one: its family and its guardrails.
select metric, p, p_adjusted, verdict, decided_on
from answers
where
    scope_kind = $scope_kind
    and scope = $scope
    and quarter = $quarter
    and comparison = $comparison
    and event = $event
    and decided_on <= $decided_on::date
