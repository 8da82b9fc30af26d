-- Areas of the code that merged pull requests changed.
-- Grain: repo, area. Columns are stable unless marked experimental.
--
-- repo: owner/name.
-- area: first two path segments of the folder; (root) for files in none.
-- first_merged_at: when a pull request that changed it was first merged, UTC.
-- last_merged_at: when one was last merged, UTC.
-- pull_request_count: merged pull requests that changed it.
-- is_alive: the last merged pull request there did more than delete files.
with touched as (
    select repo, number, area, bool_and(is_deleted) as is_only_deleted
    from stg_changed_files
    group by repo, number, area
)

select
    touched.repo,
    touched.area,
    min(pull_requests.merged_at) as first_merged_at,
    max(pull_requests.merged_at) as last_merged_at,
    count(*)::integer as pull_request_count,
    not arg_max(touched.is_only_deleted, (pull_requests.merged_at, touched.number)) as is_alive
from touched
inner join int_pull_requests as pull_requests
    on pull_requests.repo = touched.repo and pull_requests.number = touched.number
where pull_requests.merged_at is not null
group by touched.repo, touched.area
order by touched.repo, touched.area
