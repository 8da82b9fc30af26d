-- What was checked when this file was published.
-- Grain: check_name. Columns are stable unless marked experimental.
--
-- check_name: the check.
-- description: what must hold.
-- failing_rows: rows that break it; a file with any is never published.
select
    check_name::varchar as check_name,
    description::varchar as description,
    failing_rows::bigint as failing_rows
from checks_frame
