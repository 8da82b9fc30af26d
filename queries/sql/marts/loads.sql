-- Attempts to read a source, with their results.
-- Grain: one row per source, scope and attempt. Columns are stable unless marked experimental.
--
-- source: the collector.
-- scope: what was read, for GitHub the repository.
-- started_at: when the refresh began, UTC.
-- finished_at: when this scope was done, UTC.
-- status: read, unchanged, moved, deleted or failed.
-- rows_read: rows read; null if a source of spend had fewer than k, which may be those of a person.
-- requests: requests sent by the whole refresh.
-- message: the work left, or what failed; the refresh itself prints the reason.
select
    source,
    scope,
    started_at,
    finished_at,
    status,
    if(
        source in (select source from stg_spend_partitions)
        and too_few(rows_read, settings.small_group),
        null,
        rows_read
    ) as rows_read,
    requests,
    case
        when status <> 'failed' then message
        when source = 'people'
            then 'the file is invalid and the last valid one is used; run `headway doctor`'
        when source = 'inbox' then 'a file cannot be used; run `headway refresh inbox --dry-run`'
        else 'not read to the end; run `headway refresh`, which prints the reason'
    end as message
from ledger.loads
cross join input_settings as settings
order by started_at, source, scope
