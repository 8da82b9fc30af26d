-- Areas of the code that a pull request changed: the first two segments of a file's folder.
-- Grain: repo, number, area. Columns are stable unless marked experimental.
--
-- repo: owner/name.
-- number: the pull request.
-- area: first two path segments of the folder; (root) for files in none.
-- additions: lines added in the area.
-- deletions: lines deleted in the area.
-- is_first_time: the team merged nothing there in the 365 days before; null where team or history
--     is missing. Experimental.
with touched as (
    select
        repo,
        number,
        area,
        sum(additions)::bigint as additions,
        sum(deletions)::bigint as deletions,
        bool_and(is_renamed) as is_only_renamed
    from stg_changed_files
    group by repo, number, area
),

begun as (
    select repo, min(merged_at) as first_merged_at
    from pull_requests
    group by repo
),

merged as (
    select
        touched.*,
        pull_requests.team,
        pull_requests.merged_at,
        begun.first_merged_at,
        -- the newest merge of the team there that is truly earlier: merges of one moment do not
        -- precede each other
        max(pull_requests.merged_at) over (
            partition by touched.repo, touched.area, pull_requests.team
            order by pull_requests.merged_at
            range between unbounded preceding and interval 1 microsecond preceding
        ) as merged_before_at
    from touched
    inner join pull_requests
        on
            pull_requests.repo = touched.repo
            and pull_requests.number = touched.number
    left join begun on begun.repo = touched.repo
)

select
    repo,
    number,
    area,
    additions,
    deletions,
    case
        when merged_at is null or team is null or merged_at < first_merged_at + interval 365 day
            then null
        when is_only_renamed then false
        else coalesce(merged_before_at < merged_at - interval 365 day, true)
    end as is_first_time
from merged
order by repo, number, area
