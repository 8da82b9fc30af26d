-- By metric: how much worse a guardrail may become before it stops a gain.
select
    replace(rule, 'margin of ', '') as metric,
    "value"::double as margin
from rules
where starts_with(rule, 'margin of ')
