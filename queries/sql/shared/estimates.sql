-- Estimate of one metric in each window. A median includes unfinished items, which are
-- right-censored; it is null if fewer than half of the items are finished. A count or rate is null
-- if no repository was read through the window, or none had an item with a value up to its end;
-- later windows without items are 0. Cost per outcome is a ratio of sums, null under 5 outcomes or
-- if the cost is known for fewer than four fifths of the days.
{window_items},

totals as (
    select
        position,
        quantile_disc(value, 0.5) as middle,
        avg(value) as mean,
        sum(value) as total,
        count(distinct reviewer) filter (value is not null) as reviewers,
        sum(cost_usd::decimal(24, 6))::double as cost,
        sum((value * cost_usd)::decimal(24, 6))::double as cost_of_value,
        count(distinct day) filter (cost_usd is not null) as days_with_cost,
        count(value) as n,
        count(*) filter (value is null and cost_usd is null and not is_excluded) as n_missing,
        count(*) filter (is_excluded) as n_excluded
    from window_items
    group by position
),

first_days as (
    select {metric, }repo, synced_until, min(day) as first_day
    from items
    where value is not null and repo is not null
    group by {metric, }repo, synced_until
),

starts as (
    select {needed.metric, }needed.repo, needed.required_until, min(first_day) as first_day
    from (select distinct {metric, }repo, required_until from windows) as needed
    inner join first_days
        on
            {first_days.metric = needed.metric and }first_days.synced_until >= needed.required_until
            and (needed.repo is null or first_days.repo = needed.repo)
    group by {needed.metric, }needed.repo, needed.required_until
)

select
    numbered.* exclude (position),
    case
        when aggregate = 'median' then if(isinf(middle), null, middle)
        when aggregate in ('share', 'mean') then mean
        when aggregate = 'per reviewer' then coalesce(total, 0) / nullif(reviewers, 0)
        when aggregate = 'per outcome'
            then if(
                totals.n >= 5 and days_with_cost >= 0.8 * (end_on - start_on - {closed_days}),
                cost / totals.n,
                null
            )
        when aggregate = 'cost share' then cost_of_value / nullif(cost, 0)
        when aggregate = 'count' and first_day < end_on then coalesce(total, 0)
        when aggregate in ('per week', 'net per week') and first_day < end_on
            then coalesce(total, 0) * 7.0 / (end_on - start_on - {closed_days})
    end as estimate,
    coalesce(totals.n, 0) as n,
    coalesce(totals.n_missing, 0) as n_missing,
    coalesce(totals.n_excluded, 0) as n_excluded
from numbered
left join totals on totals.position = numbered.position
left join starts
    on
        {starts.metric = numbered.metric and }starts.repo is not distinct from numbered.repo
        and starts.required_until = numbered.required_until
order by all
