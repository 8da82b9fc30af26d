-- One row per merged pull request that was shipped: its first release and production deployment, by
-- the order of commits. Null for the changes of the first recorded one, which may be older.
-- `shipped_at` is the earlier of both, null if that is the first recorded one.
with releases as (
    select
        found.repo,
        found.tag,
        found.published_at,
        history.position
    from stg_releases as found
    inner join stg_default_branch_commits as history
        on
            history.repo = found.repo
            and history.oid = found.commit_oid
),

first_releases as (
    select
        repo,
        position,
        min(published_at) over (partition by repo) as first_published_at,
        min((published_at, position, tag)) over (
            partition by repo order by position
            range between current row and unbounded following
        ) as first_release
    from releases
    qualify row_number() over (partition by repo, position order by published_at, tag) = 1
),

deployments as (
    select
        found.repo,
        found.deployed_at,
        history.position
    from int_deployments as found
    inner join stg_default_branch_commits as history
        on
            history.repo = found.repo
            and history.oid = found.commit_oid
    where found.is_production and found.deployed_at is not null
),

first_deployments as (
    select
        repo,
        position,
        min(deployed_at) over (partition by repo) as first_deployed_at,
        min(deployed_at) over (
            partition by repo order by position
            range between current row and unbounded following
        ) as deployed_at
    from deployments
    qualify row_number() over (partition by repo, position order by deployed_at) = 1
),

merges as (
    select pull_requests.repo, pull_requests.number, history.position
    from int_pull_requests as pull_requests
    inner join stg_default_branch_commits as history
        on history.repo = pull_requests.repo and history.oid = pull_requests.merge_commit
    where pull_requests.merged_at is not null
),

contained as (
    select
        merges.repo,
        merges.number,
        first_releases.first_release,
        first_releases.first_release[1] > first_releases.first_published_at as has_known_release,
        first_deployments.deployed_at,
        first_deployments.deployed_at > first_deployments.first_deployed_at as has_known_deployment
    from merges
    asof left join first_releases
        on first_releases.repo = merges.repo and first_releases.position >= merges.position
    asof left join first_deployments
        on
            first_deployments.repo = merges.repo
            and first_deployments.position >= merges.position
)

select
    repo,
    number,
    if(has_known_release, first_release[1], null) as released_at,
    if(has_known_release, first_release[3], null) as released_in,
    if(has_known_deployment, deployed_at, null) as deployed_at,
    case least(first_release[1], contained.deployed_at)
        when if(has_known_release, first_release[1], null) then first_release[1]
        when if(has_known_deployment, contained.deployed_at, null) then contained.deployed_at
    end as shipped_at
from contained
