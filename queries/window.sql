-- The estimate of one metric in each window: items that fall in it, from repositories that were read through it.
-- A median is that of all items, those without an end counted as longer than any; null where it is not reached.
-- A count or rate is not known, so null, where no repository was read through the window or none had an item with a
-- value up to its end; from the first one on, a window in which nothing happened is 0. What something cost per outcome
-- is a ratio of sums, refused under 5 outcomes or where the cost is known for fewer than four fifths of the days.
with items as (
    {items}
),

windows as (
    {windows}
),

firsts as (
    select
        repo,
        min(day) as first_day
    from items
    where value is not null
    group by repo
),

readable as (
    select
        windows.*,
        min(firsts.first_day) as first_day
    from windows
    left join repositories
        on
            repositories.observed_until >= windows.required_until
            and (windows.repo is null or repositories.repo = windows.repo)
    left join firsts on firsts.repo = repositories.repo
    group by all
),

placed as (
    select
        readable.*,
        items.day,
        items.value,
        items.reviewer,
        items.cost_usd,
        items.day is not null and items.is_excluded as is_excluded,
        items.day is not null and items.value is null and items.cost_usd is null and not items.is_excluded as is_missing
    from readable
    left join items
        on
            items.day >= readable.start_on
            and items.day < readable.end_on
            and (readable.repo is null or items.repo = readable.repo)
            and (readable.team is null or items.team = readable.team)
            and (readable.work_type is null or items.work_type = readable.work_type)
            and (readable.authorship is null or items.authorship = readable.authorship)
            and (items.repo is null or items.observed_until >= readable.required_until)
),

totals as (
    select
        * exclude (day, value, reviewer, cost_usd, is_excluded, is_missing),
        quantile_disc(value, 0.5) as middle,
        avg(value) as mean,
        coalesce(sum(value), 0) as total,
        count(distinct reviewer) filter (value is not null) as reviewers,
        sum(cost_usd::decimal(24, 6))::double as cost,
        sum((value * cost_usd)::decimal(24, 6))::double as cost_of_value,
        count(distinct day) filter (cost_usd is not null) as days_with_cost,
        count(value) as n,
        count(*) filter (is_missing) as n_missing,
        count(*) filter (is_excluded) as n_excluded
    from placed
    group by all
)

select
    * exclude (
        first_day, middle, mean, total, reviewers, cost, cost_of_value, days_with_cost, n, n_missing, n_excluded
    ),
    case
        when aggregate = 'median' then if(isinf(middle), null, middle)
        when aggregate = 'share' then mean
        when aggregate = 'per reviewer' then total / nullif(reviewers, 0)
        when aggregate = 'per outcome' and n >= 5 and days_with_cost >= 0.8 * (end_on - start_on) then cost / n
        when aggregate = 'cost share' then cost_of_value / nullif(cost, 0)
        when aggregate = 'count' and first_day < end_on then total
        when aggregate in ('per week', 'net per week') and first_day < end_on then total * 7.0 / (end_on - start_on)
    end as estimate,
    n,
    n_missing,
    n_excluded
from totals
order by all
