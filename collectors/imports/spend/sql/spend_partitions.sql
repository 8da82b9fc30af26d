-- Days that a file covers, including days without spend, for each account with any spend on AI.
select
    left(sha256(concat_ws('|', source, account, day, getvariable('origin'))), 16) as partition_id,
    source,
    account,
    day,
    getvariable('origin') as origin,
    getvariable('exported_at') as exported_at,
    getvariable('loaded_at') as loaded_at,
    day >= getvariable('exported_at')::date as is_provisional
from summed
group by source, account, day
having (source, account) in (select (source, account) from summed where not is_left_out)
order by source, account, day
