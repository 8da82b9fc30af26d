-- One row per work item of another tracker opened before the cutoff, as the newest export that
-- holds it tells it.
select
    imports.place || '/' || items.project as repo,
    items.number,
    items.key,
    imports.source,
    items.title,
    items.url,
    items.type,
    items.labels,
    items.resolution,
    items.author_kind,
    items.opened_at,
    if(
        items.first_response_at < settings.cutoff,
        items.first_response_at,
        null
    ) as first_response_at,
    if(items.closed_at < settings.cutoff, items.closed_at, null) as closed_at
from ledger.imported_items as items
inner join stg_imports as imports on imports.import_id = items.import_id
cross join input_settings as settings
where items.opened_at < settings.cutoff
qualify row_number() over (
    partition by imports.place,
    items.project,
    items.number
    order by imports.age
) = 1
