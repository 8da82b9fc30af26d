-- Rules with what each matched.
select
    kind,
    rule,
    field,
    value,
    source,
    matched
from rules
where kind <> 'settings'
order by kind, position
