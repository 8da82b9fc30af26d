-- Rules on paths that match every changed file of a pull request, one row a rule and pull request.
with paths as (
    select repo, number, count(distinct path) as paths
    from stg_changed_files
    group by repo, number
)

select
    matches.kind,
    files.repo,
    files.number,
    matches.position
from stg_changed_files as files
inner join int_rule_matches as matches
    on matches.rule_field = 'paths' and matches.value = files.path
inner join paths on paths.repo = files.repo and paths.number = files.number
group by matches.kind, files.repo, files.number, matches.position
having count(distinct files.path) = any_value(paths.paths)
