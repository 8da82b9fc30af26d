-- One row per changed path: its class by the first rule that matches, else source.
with classes as (
    select matches.value as path, arg_min(matches.meaning, matches.position) as class
    from int_rule_matches as matches
    where matches.kind = 'path_classes'
    group by matches.value
)

select paths.path, coalesce(classes.class, 'source') as class
from (select distinct path from stg_changed_files) as paths
left join classes on classes.path = paths.path
