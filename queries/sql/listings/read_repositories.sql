-- Each repository of GitHub: until when everything in it was read, how many pull requests and
-- issues of the days that GitHub counted are here and at GitHub (without a count, how many are here
-- at all), what is still to come, and how the last attempt to read it went.
with compared as (
    select
        repo,
        kind,
        if(count(at_github) > 0, sum(stored) filter (at_github is not null), sum(stored)) as stored,
        sum(at_github) as at_github,
        sum(greatest(difference, 0)) filter (difference is not null) as missing_here,
        sum(greatest(-difference, 0)) filter (difference is not null) as missing_there
    from reconciliation
    group by repo, kind
),

by_repo as (
    select
        repo,
        sum(stored) filter (kind = 'pull_request') as pull_requests_here,
        sum(at_github) filter (kind = 'pull_request') as pull_requests_at_github,
        sum(stored) filter (kind = 'issue') as issues_here,
        sum(at_github) filter (kind = 'issue') as issues_at_github,
        sum(missing_here) as missing_here,
        sum(missing_there) as missing_there
    from compared
    group by repo
),

attempts as (
    select
        scope as repo,
        arg_max(status, started_at) as last_attempt,
        arg_max(coalesce(message, ''), started_at) as message
    from loads
    where source = 'github'
    group by scope
)

select
    repositories.repo,
    repositories.synced_until as read_until_at,
    coalesce(
        if(repositories.deleted_at is null, attempts.last_attempt, 'not there'),
        'not tried'
    ) as last_attempt,
    by_repo.missing_here::bigint as missing_here,
    by_repo.missing_there::bigint as missing_at_github,
    repositories.queued_count as still_to_come,
    by_repo.pull_requests_here::bigint as pull_requests_here,
    by_repo.pull_requests_at_github::bigint as pull_requests_at_github,
    by_repo.issues_here::bigint as issues_here,
    by_repo.issues_at_github::bigint as issues_at_github,
    repositories.discussion_count as discussions_here,
    repositories.discussions_at_github,
    nullif(attempts.message, '') as message
from repositories
left join by_repo on by_repo.repo = repositories.repo
left join attempts on attempts.repo = repositories.repo
where not repositories.is_imported
order by coalesce(by_repo.missing_here + by_repo.missing_there, 0) desc, repositories.repo
