-- Pull requests and issues that are here, beside what GitHub itself counts, by month of creation:
-- whether the totals agree. Months without any, here and there, have no row, but for the newest
-- that GitHub counted. Of discussions see `repositories`.
-- Grain: repo, kind, month. Columns are stable unless marked experimental.
--
-- repo: owner/name.
-- month: first day of the month in which they were opened, UTC.
-- kind: pull_request or issue.
-- stored: how many are here, through counted_until; without those that GitHub no longer has.
-- at_github: how many GitHub's search counts, through counted_until; null while not counted, or not
--     shown to the token.
-- difference: at_github less stored: above 0 some are missing here, below 0 GitHub does not count
--     some; null where not counted.
-- counted_until: last day that GitHub's count covers, at most the last of the month; null if not
--     counted.
-- counted_at: when GitHub was asked, UTC; null where not counted.
with opened as (
    select repo, 'pull_request' as kind, opened_at::date as day from stg_pull_requests
    union all
    select repo, 'issue', opened_at::date from stg_github_issues
),

counted as (
    select
        repositories.repo,
        held.kind,
        held.month,
        held.at_github,
        held.counted_until,
        held.counted_at
    from ledger.github_counts as held
    inner join stg_repositories as repositories
        on repositories.host = held.host and repositories.repo_id = held.repo_id
    cross join input_settings as settings
    -- a count that includes days after the cutoff cannot be compared
    where held.counted_until < settings.cutoff
),

stored as (
    select
        opened.repo,
        opened.kind,
        date_trunc('month', opened.day)::date as month,
        count(*) filter (opened.day <= coalesce(counted.counted_until, opened.day)) as n
    from opened
    left join counted
        on
            counted.repo = opened.repo
            and counted.kind = opened.kind
            and counted.month = date_trunc('month', opened.day)::date
    group by all
)

select
    repo,
    month,
    kind,
    coalesce(stored.n, 0) as stored,
    counted.at_github,
    counted.at_github - coalesce(stored.n, 0) as difference,
    counted.counted_until,
    counted.counted_at
from stored
full join counted using (repo, kind, month)
order by repo, kind, month
