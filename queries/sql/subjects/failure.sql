-- What rows of an incident or a failed deployment show.
select
    repo,
    key,
    title,
    source,
    severity,
    opened_at,
    resolved_at,
    url
from incidents
union all
select
    repo,
    deployment::varchar,
    'deployment of ' || left(commit_oid, 7) || ' to ' || environment || ' failed',
    'deployment',
    null,
    failed_at,
    restored_at,
    null
from deployments
where failed_at is not null
