-- Nothing was shown before.
select
    null::date as week,
    null::date as day,
    null::varchar as account,
    null::varchar as provider,
    null::varchar as tool,
    null::varchar as model,
    null::varchar as basis,
    null::varchar as charge,
    null::boolean as is_counted,
    null::varchar as person,
    null::varchar as team,
    null::boolean as is_provisional,
    null::boolean as is_estimate,
    null::decimal(38, 8) as usd,
    null::decimal(38, 8) as list_usd,
    null::bigint as tokens,
    null::bigint as requests,
    null::date as shown_on,
    null::varchar[] as labels
where false
