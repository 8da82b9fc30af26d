-- One row per incident of another tool opened before the cutoff, as the newest export that holds it
-- tells it.
select
    imports.place || if(coalesce(incidents.service, '') = '', '', '/' || incidents.service) as repo,
    incidents.key,
    imports.source,
    incidents.title,
    incidents.url,
    incidents.severity,
    incidents.opened_at,
    if(incidents.resolved_at < settings.cutoff, incidents.resolved_at, null) as resolved_at,
    coalesce(incidents.caused_by, '') as caused_by
from ledger.imported_incidents as incidents
inner join stg_imports as imports on imports.import_id = incidents.import_id
cross join input_settings as settings
where incidents.opened_at < settings.cutoff
qualify row_number() over (partition by imports.place, incidents.key order by imports.age) = 1
