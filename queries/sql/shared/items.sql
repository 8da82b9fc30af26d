-- Items of one metric, with a null for each shared column that the metric's SQL does not select.
-- `synced_until` is the moment until which the item's repository was read; what belongs to no
-- repository, such as spend, is always read.
select
    items.* replace (coalesce(items.is_excluded, false) as is_excluded),
    if(items.repo is null, timestamp 'infinity', repositories.synced_until) as synced_until
from (
    from (
        {metric}
    )
    union all by name
    select
        null::varchar as repo,
        null::varchar as team,
        null::varchar as work_type,
        null::varchar as authorship,
        null::varchar as reviewer,
        null::boolean as is_excluded,
        null::double as cost_usd
    where false
) as items
left join repositories on repositories.repo = items.repo
where items.repo is null or repositories.repo is not null
