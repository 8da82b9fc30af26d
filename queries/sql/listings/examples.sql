-- The printed SQL of each headline of the organisation, of its newest quarter.
select
    title,
    sql
from answers
where scope_kind = 'org' and comparison = 'quarter before' and variant = 'raw'
qualify row_number() over (partition by metric order by window_start desc) = 1
order by question, title
