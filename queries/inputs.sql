-- What an answer adds up, by ISO week. For a median the numerator counts items within the estimate.
with items as (
    {items}
),

blocks as (
    select
        windows.*,
        unnest(generate_series(
            date_trunc('week', windows.start_on)::timestamp,
            (windows.end_on - 1)::timestamp,
            interval 7 day
        ))::date as block
    from stg_inputs as windows
    where windows.start_on < windows.end_on and windows.n > 0
),

counted as (
    select
        blocks.*,
        count(items.value) as items,
        count(*) filter (items.value <= blocks.estimate) as items_within,
        coalesce(sum(items.value), 0) as total
    from blocks
    left join items
        on
            items.day >= greatest(blocks.block, blocks.start_on)
            and items.day < least(blocks.block + 7, blocks.end_on)
            and (blocks.repo is null or items.repo = blocks.repo)
            and (blocks.team is null or items.team = blocks.team)
            and (blocks.work_type is null or items.work_type = blocks.work_type)
            and items.repo in (
                select repositories.repo
                from repositories
                where repositories.observed_until >= blocks.required_until
            )
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
