-- One row per pull request with known files: the classes of its files, the class with most changed
-- lines, and how much source it changes. `deleted` is the share of deleted lines in percent.
with lines as (
    select
        files.repo,
        files.number,
        classes.class,
        count(distinct files.path) as files,
        count(distinct files.area) as areas,
        sum(files.additions + files.deletions) as lines,
        sum(files.deletions) as deletions
    from stg_changed_files as files
    inner join int_path_classes as classes on classes.path = files.path
    group by files.repo, files.number, classes.class
)

select
    repo,
    number,
    string_agg(class, ' ' order by class) as classes,
    arg_max(class, (lines, class)) as largest,
    coalesce(sum(lines) filter (class = 'source'), 0) as source_lines,
    coalesce(sum(files) filter (class = 'source'), 0) as source_files,
    coalesce(sum(areas) filter (class = 'source'), 0) as source_areas,
    100.0 * sum(deletions) / nullif(sum(lines), 0) as deleted
from lines
group by repo, number
