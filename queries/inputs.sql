-- What an answer adds up, by ISO week. For a median the numerator counts items within the estimate; the denominator
-- of a rate is weeks, of a rate per reviewer the reviewers of each week, of a share of cost the cost, else items.
with items as (
    {items}
),

placed as (
    select
        windows.*,
        date_trunc('week', items.day)::date as block,
        items.value,
        items.reviewer,
        items.cost_usd
    from stg_inputs as windows
    inner join items
        on
            items.day >= windows.start_on
            and items.day < windows.end_on
            and (windows.repo is null or items.repo = windows.repo)
            and (windows.team is null or items.team = windows.team)
            and (windows.work_type is null or items.work_type = windows.work_type)
            and (windows.authorship is null or items.authorship = windows.authorship)
            and (items.repo is null or items.observed_until >= windows.required_until)
    where items.value is not null or items.cost_usd is not null
),

weeks as (
    select
        windows.*,
        unnest(generate_series(
            date_trunc('week', windows.start_on),
            windows.end_on - 1,
            interval 7 day
        ))::date as block,
        null as value,
        null as reviewer,
        null as cost_usd
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
        * exclude (value, reviewer, cost_usd),
        count(value) as items,
        count(distinct reviewer) filter (value is not null) as reviewers,
        count(*) filter (value <= estimate) as items_within,
        coalesce(sum(value), 0) as total,
        coalesce(sum(cost_usd::decimal(24, 6)), 0)::double as cost,
        coalesce(sum((value * cost_usd)::decimal(24, 6)), 0)::double as cost_of_value
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
    case aggregate
        when 'median' then items_within::double
        when 'per outcome' then cost
        when 'cost share' then cost_of_value
        else total
    end as numerator,
    case aggregate
        when 'per week' then (least(block + 7, end_on) - greatest(block, start_on)) / 7.0
        when 'net per week' then (least(block + 7, end_on) - greatest(block, start_on)) / 7.0
        when 'per reviewer' then reviewers::double
        when 'cost share' then cost
        else items::double
    end as denominator
from counted
order by all
