-- Sums behind the estimates of `estimates`, by ISO week. The numerator of a median counts items
-- within the estimate. The denominator of a rate is weeks, of a rate per reviewer the reviewers of
-- each week, of a share of cost the cost, else items.
{window_items},

weeks as (
    select
        position,
        unnest(generate_series(
            date_trunc('week', start_on),
            end_on - 1,
            interval 7 day
        ))::date as block
    from numbered
    where start_on < end_on and (n > 0 or estimate is not null)
),

sums as (
    select
        items.position,
        date_trunc('week', items.day)::date as block,
        count(items.value) as items,
        count(distinct items.reviewer) filter (items.value is not null) as reviewers,
        count(*) filter (items.value <= numbered.estimate) as items_within,
        sum(items.value) as total,
        sum(items.cost_usd::decimal(24, 6))::double as cost,
        sum((items.value * items.cost_usd)::decimal(24, 6))::double as cost_of_value
    from window_items as items
    inner join numbered on numbered.position = items.position
    where items.value is not null or items.cost_usd is not null
    group by all
),

every_week as (
    select
        coalesce(weeks.position, sums.position) as position,
        coalesce(weeks.block, sums.block) as block,
        coalesce(sums.items, 0) as items,
        coalesce(sums.reviewers, 0) as reviewers,
        coalesce(sums.items_within, 0) as items_within,
        coalesce(sums.total, 0) as total,
        coalesce(sums.cost, 0) as cost,
        coalesce(sums.cost_of_value, 0) as cost_of_value
    from weeks
    full join sums on sums.position = weeks.position and sums.block = weeks.block
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
from every_week
inner join numbered on numbered.position = every_week.position
order by all
