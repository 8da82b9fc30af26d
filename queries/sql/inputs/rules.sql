-- The rules in force, the rollouts and the closed periods, typed.
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
    repositories::varchar as repositories,
    max_lines::integer as max_lines,
    max_files::integer as max_files,
    min_lines::integer as min_lines,
    min_areas::integer as min_areas,
    min_deleted::integer as min_deleted
from rules_frame;

create temp table input_events as
select
    'rollout' as kind,
    name::varchar as name,
    "on"::date as happened_on,
    "on"::date + transition_days::integer - 1 as ended_on,
    transition_days::integer as transition_days,
    teams::varchar[] as teams
from rollouts_frame
union all
select
    'closed period',
    name::varchar,
    from_on::date,
    to_on::date,
    null,
    null
from closed_frame
union all
select
    'expectation',
    name::varchar,
    "on"::date,
    null,
    null,
    null
from expected_frame;
