-- One row per merged pull request that was shipped: its first release and production deployment, by
-- the order of commits or as one of their own. Null for the changes of the first recorded one, which
-- may be older. `shipped_at` is the earlier of both, null if that is the first recorded one.
with deliveries as (
    select 'release' as kind, repo, tag as key, published_at as delivered_at, commit_oid
    from stg_releases
    union all
    select 'deployment', repo, deployment, deployed_at, commit_oid
    from int_deployments
    where is_production and deployed_at is not null
),

known as (
    select
        deliveries.kind,
        deliveries.repo,
        contents.position,
        contents.own,
        (deliveries.delivered_at, contents.position, deliveries.key) as delivery,
        min(deliveries.delivered_at) over (
            partition by deliveries.kind, deliveries.repo
        ) as first_delivered_at
    from deliveries
    inner join int_contents as contents
        on contents.repo = deliveries.repo and contents.oid = deliveries.commit_oid
    where contents.position is not null
),

by_position as (
    select
        kind,
        repo,
        position,
        first_delivered_at,
        min(delivery) over (
            partition by kind, repo order by position
            range between current row and unbounded following
        ) as delivery
    from known
    qualify row_number() over (partition by kind, repo, position order by delivery) = 1
),

own as (
    select kind, repo, unnest(own) as oid, delivery, first_delivered_at
    from known
),

merges as (
    select
        pull_requests.repo,
        pull_requests.number,
        pull_requests.merge_commit,
        history.position,
        kinds.kind
    from int_pull_requests as pull_requests
    cross join (select unnest(['release', 'deployment']) as kind) as kinds
    left join stg_default_branch_commits as history
        on history.repo = pull_requests.repo and history.oid = pull_requests.merge_commit
    where pull_requests.merged_at is not null
),

contained as (
    select
        merges.kind,
        merges.repo,
        merges.number,
        by_position.delivery,
        by_position.first_delivered_at
    from merges
    asof inner join by_position
        on
            by_position.kind = merges.kind
            and by_position.repo = merges.repo
            and by_position.position >= merges.position
    union all
    select merges.kind, merges.repo, merges.number, own.delivery, own.first_delivered_at
    from merges
    inner join own
        on own.kind = merges.kind and own.repo = merges.repo and own.oid = merges.merge_commit
),

first as (
    select
        kind,
        repo,
        number,
        min(delivery)[1] as delivered_at,
        min(delivery)[3] as key,
        min(delivery)[1] > min(first_delivered_at) as is_known
    from contained
    group by kind, repo, number
)

select
    repo,
    number,
    min(delivered_at) filter (kind = 'release' and is_known) as released_at,
    min(key) filter (kind = 'release' and is_known) as released_in,
    min(delivered_at) filter (kind = 'deployment' and is_known) as deployed_at,
    if(arg_min(is_known, (delivered_at, not is_known)), min(delivered_at), null) as shipped_at
from first
group by repo, number
