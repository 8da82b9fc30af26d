-- How many pull requests a scope holds.
select count(*) as n
from pull_requests
where
    ($repo::varchar is null or repo = $repo)
    and ($team::varchar is null or team = $team)
    and ($work_type::varchar is null or work_type = $work_type)
    and ($authorship::varchar is null or authorship = $authorship)
