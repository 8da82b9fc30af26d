-- The windows of one metric's answers in each of its scopes, typed.
create or replace temp table input_windows as
select
    windows_frame.metric::varchar as metric,
    parts_frame.scope_kind::varchar as scope_kind,
    parts_frame.scope::varchar as scope,
    windows_frame.start_on::date as start_on,
    windows_frame.end_on::date as end_on,
    windows_frame.required_until::date::timestamp as required_until,
    parts_frame.repo::varchar as repo,
    parts_frame.team::varchar as team,
    parts_frame.work_type::varchar as work_type,
    parts_frame.authorship::varchar as authorship,
    windows_frame.aggregate::varchar as aggregate
from windows_frame
cross join parts_frame
