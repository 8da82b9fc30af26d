-- Hours to recovery, of incidents opened and production deployments failed in the window: to the
-- resolution, or to the next success in the same environment. What is not over counts as
-- unfinished.
with failures as (
    select opened_at as began_at, repo, key, restore_hours
    from incidents
    union all
    select failed_at, repo, deployment::varchar, restore_hours
    from deployments
    where is_production and state = 'failed'
)

select
    began_at::date as day,
    repo,
    key,
    coalesce(restore_hours, 'infinity'::double) as value
from failures
