-- One row per rule and value that it matches. Runs once for each rule: a pattern that is bound is
-- compiled once.
select
    $kind::varchar as kind,
    $rule::varchar as rule,
    $position::integer as position,
    $field::varchar as rule_field,
    $value::varchar as meaning,
    found.field,
    found.value,
    if($kind in ('work_types', 'work_categories'), regexp_extract(found.value, $pattern, 0, 'i'), null) as part
from int_rule_values as found
where
    list_contains($value_fields::varchar[], found.field)
    and regexp_matches(found.value, $pattern, 'i')
