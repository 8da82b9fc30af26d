-- One row per day of one account of a source: the newest of the API and the files that contain it.
select
    held.partition_id,
    held.source,
    held.account,
    held.day,
    held.origin,
    held.is_provisional
from ledger.spend_partitions as held
cross join input_settings as settings
where held.day <= settings.as_of
qualify row_number() over (
    partition by held.source, held.account, held.day
    order by held.exported_at desc, held.origin desc
) = 1
