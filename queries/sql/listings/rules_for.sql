-- The rules that look for a work type or a kind of labels, and how much each matched.
select
    rule,
    field as looks_at,
    pattern,
    source,
    matched
from rules
where kind in ('work_types', 'label_rules') and value = $kind
order by kind, position
