-- The rules in force and the rollouts, typed.
create temp table input_rules as
select
    kind::varchar as kind,
    rule::varchar as rule,
    position::integer as position,
    field::varchar as field,
    pattern::varchar as pattern,
    value::varchar as value,
    tier::varchar as tier,
    tool::varchar as tool,
    source::varchar as source,
    repositories::varchar as repositories
from rules_frame;

create temp table input_rollouts as
select
    'rollout' as kind,
    name::varchar as name,
    "on"::date as happened_on,
    transition_days::integer as transition_days
from rollouts_frame;
