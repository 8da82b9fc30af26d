-- The items of one metric, each with the moment until which its repository was read. What is
-- nobody's in particular, such as spend, belongs to the organisation and is read for ever; columns
-- that a metric does not have are null.
select
    found.*,
    if(found.repo is null, timestamp 'infinity', repositories.synced_until) as synced_until
from (
    from (
        {items}
    )
    union all by name
    select null::varchar as reviewer, null::double as cost_usd
    where false
) as found
left join repositories on repositories.repo = found.repo
where found.repo is null or repositories.repo is not null
