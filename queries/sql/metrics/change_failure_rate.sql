-- Of successful production deployments in the window (releases where a repository has none), the
-- share that a revert, a hotfix or an incident followed within `failure_days` for a change they
-- shipped; each counts once. Missing where no rework was linked in the repository in the year
-- around it, so that a failure could not be seen, and while too young.
with settings as (
    select coalesce(max(value)::integer, 7) as failure_days
    from rules
    where kind = 'settings' and rule = 'failure_days'
),

deployed as (
    select repo, deployment::varchar as key, deployed_at as shipped_at
    from deployments
    where is_production and state = 'succeeded'
),

shipped as (
    from deployed
    union all
    select repo, tag, published_at
    from releases
    where not is_prerelease and repo not in (select repo from deployed)
),

signs as (
    select repo, happened_at
    from rework
    union all
    select repo, happened_at
    from change_failures
),

followed as (
    select
        shipped.repo,
        shipped.key,
        shipped.shipped_at,
        shipped.shipped_at + to_days(settings.failure_days) as watched_until,
        count(signs.repo) > 0 as is_observable
    from shipped
    cross join settings
    left join signs
        on
            signs.repo = shipped.repo
            and signs.happened_at < shipped.shipped_at + to_days(settings.failure_days)
            and signs.happened_at >= shipped.shipped_at + to_days(settings.failure_days) - interval 365 day
    group by all
)

select
    followed.shipped_at::date as day,
    followed.repo,
    followed.key,
    null::varchar as team,
    null::varchar as work_type,
    null::varchar as authorship,
    if(
        not followed.is_observable or followed.watched_until > snapshot.as_of + interval 1 day,
        null,
        (failed.key is not null)::integer::double
    ) as value,
    false as is_excluded
from followed
cross join snapshot
left join (select distinct repo, shipment_key as key from change_failures) as failed
    on failed.repo = followed.repo and failed.key = followed.key
