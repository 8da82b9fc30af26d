-- A pull request's state agrees with its times, and nothing in it happened at or after the cutoff.
select
    pull_requests.repo,
    pull_requests.number,
    pull_requests.state
from pull_requests
cross join input_settings as settings
where
    (pull_requests.state = 'merged') <> (pull_requests.merged_at is not null)
    or (pull_requests.state = 'open') <> (pull_requests.closed_at is null)
    or greatest(
        pull_requests.opened_at,
        pull_requests.first_commit_at,
        pull_requests.ready_at,
        pull_requests.first_response_at,
        pull_requests.merged_at,
        pull_requests.closed_at,
        pull_requests.released_at,
        pull_requests.deployed_at,
        pull_requests.reverted_at
    ) >= settings.cutoff
