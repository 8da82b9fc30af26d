-- Of the files with guidance that pull requests by people and agents changed, merged into the
-- default branch in the window, the share whose nearest document was stale at the merge: not edited
-- for 90 days, while at least ten changes and half of a year's were merged in its scope. Each pull
-- request weighs the same. Pull requests without a file under guidance, and repositories whose files
-- were not read, are missing; bots are excluded.
with coverage as (
    select
        repo,
        number,
        sum(stale)::double / nullif(sum(scoped) + sum(root), 0) as share
    from knowledge_coverage
    group by repo, number
)

select
    pull_requests.merged_at::date as day,
    pull_requests.repo,
    pull_requests.number,
    pull_requests.team,
    pull_requests.work_type,
    pull_requests.authorship,
    if(pull_requests.author_kind = 'bot', null, coverage.share) as value,
    pull_requests.author_kind = 'bot' as is_excluded
from pull_requests
left join coverage
    on coverage.repo = pull_requests.repo and coverage.number = pull_requests.number
where pull_requests.merged_at is not null and pull_requests.is_default_base
