-- One row per repository in scope that was there before the cutoff.
select
    scoped.host,
    scoped.repo_id,
    scoped.name,
    scoped.repo,
    scoped.node,
    utc(scoped.node->>'createdAt') as created_at,
    if(
        scoped.synced_until is null,
        null,
        least(scoped.synced_until, settings.cutoff)
    ) as synced_until,
    scoped.deleted_at
from input_repositories as scoped
cross join input_settings as settings
where utc(scoped.node->>'createdAt') < settings.cutoff
