-- The rules that look for a work type, and how many pull requests each decided.
select
    rule,
    field as looks_at,
    pattern,
    source,
    matched
from rules
where kind = 'work_types' and value = $work_type
order by position
