-- The windows of some metrics' answers in each of their scopes, typed.
create or replace temp table input_windows as
select
    metric::varchar as metric,
    scope_kind::varchar as scope_kind,
    scope::varchar as scope,
    start_on::date as start_on,
    end_on::date as end_on,
    required_until::date::timestamp as required_until,
    repo::varchar as repo,
    team::varchar as team,
    work_type::varchar as work_type,
    authorship::varchar as authorship,
    aggregate::varchar as aggregate
from windows_frame
