-- Of the files changed by pull requests by people and agents that were merged into the default
-- branch in the window, the share under guidance for their folder or kind that was not stale at the
-- merge, and with an owner in CODEOWNERS: of the last rule that matches, if it has no error and is
-- no catch-all. Each pull request weighs the same. Pull requests without a written file, and
-- repositories whose files were not read, are missing; bots are excluded.
with coverage as (
    select
        repo,
        number,
        sum(scoped_fresh_owned)::double / sum(files) as share
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
