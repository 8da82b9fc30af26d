-- One row per imported file, with the published name of its source and its end, at most the cutoff.
select
    imports.import_id,
    imports.kind,
    imports.source,
    imports.account,
    imports.source || if(imports.account = '', '', ':' || imports.account) as place,
    least(imports.exported_at, settings.cutoff) as exported_at,
    row_number() over (
        partition by imports.kind, imports.source, imports.account
        order by imports.exported_at desc, imports.import_id desc
    ) as age
from ledger.imports as imports
cross join input_settings as settings
