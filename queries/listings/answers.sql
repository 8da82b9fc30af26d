-- The newest answers for the organisation: each headline's running and last complete quarter.
select
    question,
    title,
    quarter,
    status,
    comparison,
    sentence
from answers
where
    scope_kind = 'org'
    and quarter in (select distinct quarter from answers order by quarter desc limit 2)
order by question, title, quarter desc, comparison
