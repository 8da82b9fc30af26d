-- One row per revert of a merged pull request: by a later pull request (`number`), or by a commit
-- pushed without one (null).
with phrases as (
    select
        repo,
        number,
        merged_at as happened_at,
        unnest(
            references_after('\breverts:?\s+', body)
            || references_after('^\W*reverts?:?\s+', title)
        ) as phrase
    from stg_pull_requests
    where merged_at is not null
),

said as (
    select
        repo,
        number,
        happened_at,
        unnest(
            regexp_extract_all(phrase, '(?:[\w.-]+/[\w.-]+)?(?:#|/pull/)\d+')
        ) as reference
    from phrases
),

by_number as (
    select
        said.repo,
        said.number,
        said.happened_at,
        targets.repo as target_repo,
        targets.number as target_number
    from said
    inner join stg_repositories as here on here.repo = said.repo
    inner join stg_repositories as there
        on
            there.host = here.host
            and lower(there.name)
            = lower(
                coalesce(
                    nullif(regexp_extract(said.reference, '([\w.-]+/[\w.-]+)(?:#|/pull/)', 1), ''),
                    here.name
                )
            )
    inner join stg_pull_requests as targets
        on
            targets.repo = there.repo
            and targets.number = regexp_extract(said.reference, '(\d+)$', 1)::bigint
),

messages as (
    select commits.repo, commits.number, pull_requests.merged_at as happened_at, commits.message
    from stg_commits as commits
    inner join stg_pull_requests as pull_requests
        on pull_requests.repo = commits.repo and pull_requests.number = commits.number
    where pull_requests.merged_at is not null
    union all
    select history.repo, null, history.committed_at, history.message
    from stg_default_branch_commits as history
    anti join int_pull_request_commits as known
        on known.repo = history.repo and known.oid = history.oid
),

shas as (
    select
        repo,
        number,
        happened_at,
        lower(
            unnest(regexp_extract_all(message, '(?i)this reverts commit ([0-9a-f]{7,40})', 1))
        ) as sha
    from messages
    where contains(lower(message), 'this reverts commit')
),

by_sha as (
    select
        shas.repo,
        shas.number,
        shas.happened_at,
        known.repo as target_repo,
        known.number as target_number
    from shas
    inner join int_pull_request_commits as known
        on
            known.repo = shas.repo
            and left(known.oid, 7) = left(shas.sha, 7)
            and starts_with(known.oid, shas.sha)
),

found as (
    select * from by_number
    union
    select * from by_sha
),

claims as (
    select found.*
    from found
    inner join stg_pull_requests as targets
        on targets.repo = found.target_repo and targets.number = found.target_number
    where
        targets.merged_at < found.happened_at
        and not (found.repo = targets.repo and found.number is not distinct from targets.number)
)

-- a rebase leaves a copy of the commit on the branch: the pull request that brought it is the one
-- that counts
select claims.*
from claims
where
    claims.number is not null
    or not exists (
        select 1
        from claims as others
        where
            others.number is not null
            and others.target_repo = claims.target_repo
            and others.target_number = claims.target_number
            and others.repo = claims.repo
    )
