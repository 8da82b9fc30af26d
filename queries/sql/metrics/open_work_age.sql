-- Days since ready, of pull requests by people and agents that are open and ready at `as_of`. Bots
-- are excluded.
select
    snapshot.as_of as day,
    pull_requests.repo,
    pull_requests.number,
    pull_requests.team,
    pull_requests.work_type,
    pull_requests.authorship,
    if(
        pull_requests.author_kind = 'bot',
        null,
        epoch(snapshot.as_of + interval 1 day - pull_requests.ready_at) / 86400.0
    ) as value,
    pull_requests.author_kind = 'bot' as is_excluded
from pull_requests
cross join snapshot
where
    pull_requests.state = 'open'
    and not pull_requests.is_draft
    and pull_requests.ready_at is not null
