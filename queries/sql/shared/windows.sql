-- Windows of one scope: null in a scope's column means any.
select
    unnest($starts::date[]) as start_on,
    unnest($ends::date[]) as end_on,
    $required_until::timestamp as required_until,
    $repo::varchar as repo,
    $team::varchar as team,
    $work_type::varchar as work_type,
    $authorship::varchar as authorship,
    $aggregate::varchar as aggregate
