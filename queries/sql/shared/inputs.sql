-- What an answer adds up, by ISO week. For a median the numerator counts items within the estimate;
-- the denominator of a rate is weeks, of a rate per reviewer the reviewers of each week, of a share
-- of cost the cost, else items.
with items as (
    {items}
),

windows as (
    select * from stg_inputs
),

{scoped},

weeks as (
    select
        place,
        unnest(generate_series(
            date_trunc('week', start_on),
            end_on - 1,
            interval 7 day
        ))::date as block
    from numbered
    where start_on < end_on and (n > 0 or estimate is not null)
),

counted as (
    select
        numbered.place,
        date_trunc('week', scoped.day)::date as block,
        count(scoped.value) as items,
        count(distinct scoped.reviewer) filter (scoped.value is not null) as reviewers,
        count(*) filter (scoped.value <= numbered.estimate) as items_within,
        sum(scoped.value) as total,
        sum(scoped.cost_usd::decimal(24, 6))::double as cost,
        sum((scoped.value * scoped.cost_usd)::decimal(24, 6))::double as cost_of_value
    from numbered
    inner join scoped
        on
            scoped.repo is not distinct from numbered.repo
            and scoped.team is not distinct from numbered.team
            and scoped.work_type is not distinct from numbered.work_type
            and scoped.authorship is not distinct from numbered.authorship
            and scoped.day >= numbered.start_on
            and scoped.day < numbered.end_on
            and scoped.synced_until >= numbered.required_until
    where scoped.value is not null or scoped.cost_usd is not null
    group by all
),

every_week as (
    select
        coalesce(weeks.place, counted.place) as place,
        coalesce(weeks.block, counted.block) as block,
        coalesce(counted.items, 0) as items,
        coalesce(counted.reviewers, 0) as reviewers,
        coalesce(counted.items_within, 0) as items_within,
        coalesce(counted.total, 0) as total,
        coalesce(counted.cost, 0) as cost,
        coalesce(counted.cost_of_value, 0) as cost_of_value
    from weeks
    full join counted on counted.place = weeks.place and counted.block = weeks.block
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
inner join numbered on numbered.place = every_week.place
order by all
