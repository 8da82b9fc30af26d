-- No person had a team or role before.
select
    null::varchar as login,
    null::date as from_on,
    null::date as to_on,
    null::varchar as team,
    null::varchar as role,
    null::boolean as is_engineering_role,
    null::varchar as class
where false
