-- What was checked when this file was published.
-- Grain: check_name. Stable.
--
-- check_name: the check. Stable.
-- description: what must hold. Stable.
-- failing_rows: rows that break it; a file with any is never published. Stable.
select
    check_name::varchar as check_name,
    description::varchar as description,
    failing_rows::bigint as failing_rows
from checks_frame
