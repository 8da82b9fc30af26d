-- One row per AI rule that matched a pull request: every match is kept with its tier, the class is decided later.
select distinct
    found.repo,
    found.number,
    found.place,
    found.field,
    found.is_opener,
    rules.rule,
    rules.position,
    rules.tier,
    rules.value as kind,
    rules.tool
from stg_ai_values as found
inner join stg_rules as rules
    on rules.kind = 'ai_signals' and rules.field = found.field and regexp_matches(found.value, rules.pattern, 'i')
