-- Estimates of several metrics of one scope, each in its windows, as estimates.sql gives them, in
-- one query: what a page shows. Items are summed by day before they are summed by window. Only a
-- median reads each item again.
with windows as (
    select
        unnest($positions::integer[]) as position,
        unnest($metrics::varchar[]) as metric,
        unnest($aggregates::varchar[]) as aggregate,
        unnest($starts::date[]) as start_on,
        unnest($ends::date[]) as end_on,
        unnest($untils::timestamp[]) as required_until
),

window_days as (
    select
        position,
        metric,
        required_until,
        unnest(range(start_on, end_on, interval 1 day))::date as day
    from windows
),

days as (
    {days}
),

day_sums as (
    select
        window_days.position,
        sum(days.total) as total,
        count(distinct days.reviewer) filter (days.n > 0) as reviewers,
        sum(days.cost)::double as cost,
        sum(days.cost_of_value)::double as cost_of_value,
        count(distinct days.day) filter (days.cost is not null) as days_with_cost,
        sum(days.n)::bigint as n,
        sum(days.n_missing)::bigint as n_missing,
        sum(days.n_excluded)::bigint as n_excluded
    from window_days
    inner join days
        on
            days.metric = window_days.metric
            and days.day = window_days.day
            and days.synced_until >= window_days.required_until
    group by window_days.position
),

finished as (
    {finished}
),

medians as (
    select
        window_days.position,
        quantile_disc(finished.value, 0.5) as middle
    from window_days
    inner join finished
        on
            finished.metric = window_days.metric
            and finished.day = window_days.day
            and finished.synced_until >= window_days.required_until
    group by window_days.position
),

first_days as (
    {first_days}
),

starts as (
    select
        windows.position,
        min(first_days.first_day) as first_day
    from windows
    inner join first_days
        on
            first_days.metric = windows.metric
            and first_days.synced_until >= windows.required_until
    group by windows.position
)

select
    windows.position,
    windows.start_on,
    windows.end_on,
    case
        when aggregate = 'median' then if(isinf(middle), null, middle)
        when aggregate in ('share', 'mean') then total / nullif(n, 0)
        when aggregate = 'per reviewer' then coalesce(total, 0) / nullif(reviewers, 0)
        when aggregate = 'per outcome'
            then if(n >= 5 and days_with_cost >= 0.8 * (end_on - start_on), cost / n, null)
        when aggregate = 'cost share' then cost_of_value / nullif(cost, 0)
        when aggregate = 'count' and first_day < end_on then coalesce(total, 0)
        when aggregate in ('per week', 'net per week') and first_day < end_on
            then coalesce(total, 0) * 7.0 / (end_on - start_on)
    end as estimate,
    coalesce(n, 0) as n,
    coalesce(n_missing, 0) as n_missing,
    coalesce(n_excluded, 0) as n_excluded
from windows
left join day_sums using (position)
left join medians using (position)
left join starts using (position)
order by windows.position
