-- One row per repository in scope that was there before the cutoff.
select
    scoped.host,
    scoped.repo_id,
    scoped.name,
    scoped.repo,
    scoped.node,
    utc(scoped.node->>'createdAt') as created_at,
    if(scoped.observed_until is null, null, least(scoped.observed_until, settings.cutoff)) as observed_until,
    scoped.gone_at
from stg_scoped as scoped
cross join stg_settings as settings
where utc(scoped.node->>'createdAt') < settings.cutoff
