-- What an answer adds up, by ISO week. For a median the numerator counts items within the estimate.
with found as (
    {items}
),

items as (
    select
        found.*,
        repositories.observed_until
    from found
    inner join repositories on repositories.repo = found.repo
),

placed as (
    select
        windows.*,
        date_trunc('week', items.day)::date as block,
        items.value
    from stg_inputs as windows
    inner join items
        on
            items.day >= windows.start_on
            and items.day < windows.end_on
            and (windows.repo is null or items.repo = windows.repo)
            and (windows.team is null or items.team = windows.team)
            and (windows.work_type is null or items.work_type = windows.work_type)
            and (windows.authorship is null or items.authorship = windows.authorship)
            and items.observed_until >= windows.required_until
    where items.value is not null
),

weeks as (
    select
        windows.*,
        unnest(generate_series(
            date_trunc('week', windows.start_on),
            windows.end_on - 1,
            interval 7 day
        ))::date as block,
        null as value
    from stg_inputs as windows
    where windows.start_on < windows.end_on and (windows.n > 0 or windows.estimate is not null)
),

every_week as (
    select * from placed
    union all
    select * from weeks
),

counted as (
    select
        * exclude (value),
        count(value) as items,
        count(*) filter (value <= estimate) as items_within,
        coalesce(sum(value), 0) as total
    from every_week
    group by all
)

select
    metric,
    scope_kind,
    scope,
    start_on::text || '/' || end_on::text as "window",
    required_until::date as read_until,
    block,
    if(aggregate = 'median', items_within, total)::double as numerator,
    case aggregate
        when 'per week' then (least(block + 7, end_on) - greatest(block, start_on)) / 7.0
        else items::double
    end as denominator
from counted
order by all
