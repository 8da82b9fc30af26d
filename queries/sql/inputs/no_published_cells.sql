-- No cell was shown before.
select
    null::varchar as table_name,
    null::json as cell
where false
