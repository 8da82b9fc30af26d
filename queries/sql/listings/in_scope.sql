-- How many pull requests a scope holds, and where it names nothing but a repository how many
-- issues.
select
    (
        select count(*)
        from pull_requests
        where
            ($repo::varchar is null or repo = $repo)
            and ($team::varchar is null or team = $team)
            and ($work_type::varchar is null or work_type = $work_type)
            and ($authorship::varchar is null or authorship = $authorship)
    )
    + (
        select count(*)
        from issues
        where
            ($repo::varchar is null or repo = $repo)
            and $team::varchar is null
            and $work_type::varchar is null
            and $authorship::varchar is null
    ) as n
