-- The windows of one metric's answers, typed.
create or replace temp table stg_windows as
select
    metric::varchar as metric,
    scope_kind::varchar as scope_kind,
    scope::varchar as scope,
    start_on::date as start_on,
    end_on::date as end_on,
    required_until::timestamp as required_until,
    repo::varchar as repo,
    team::varchar as team,
    work_type::varchar as work_type,
    authorship::varchar as authorship,
    aggregate::varchar as aggregate
from windows_frame
