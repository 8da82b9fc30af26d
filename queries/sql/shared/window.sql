-- The estimate of one metric in each window: items that fall in it, from repositories that were
-- read through it. A median is that of all items, those without an end counted as longer than any;
-- null where it is not reached. A count or rate is not known, so null, where no repository was read
-- through the window or none had an item with a value up to its end; from the first one on, a
-- window in which nothing happened is 0. What something cost per outcome is a ratio of sums,
-- refused under 5 outcomes or where the cost is known for fewer than four fifths of the days.
with items as (
    {items}
),

windows as (
    {windows}
),

{scoped},

found as (
    select
        numbered.place,
        scoped.day,
        scoped.value,
        scoped.reviewer,
        scoped.cost_usd,
        scoped.is_excluded,
        scoped.value is null and scoped.cost_usd is null and not scoped.is_excluded as is_missing
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
),

totals as (
    select
        place,
        quantile_disc(value, 0.5) as middle,
        avg(value) as mean,
        sum(value) as total,
        count(distinct reviewer) filter (value is not null) as reviewers,
        sum(cost_usd::decimal(24, 6))::double as cost,
        sum((value * cost_usd)::decimal(24, 6))::double as cost_of_value,
        count(distinct day) filter (cost_usd is not null) as days_with_cost,
        count(value) as n,
        count(*) filter (is_missing) as n_missing,
        count(*) filter (is_excluded) as n_excluded
    from found
    group by place
),

firsts as (
    select repo, synced_until, min(day) as first_day
    from items
    where value is not null and repo is not null
    group by repo, synced_until
),

begun as (
    select asked.repo, asked.required_until, min(firsts.first_day) as first_day
    from (select distinct repo, required_until from windows) as asked
    inner join firsts
        on
            firsts.synced_until >= asked.required_until
            and (asked.repo is null or firsts.repo = asked.repo)
    group by asked.repo, asked.required_until
)

select
    numbered.* exclude (place),
    case
        when aggregate = 'median' then if(isinf(middle), null, middle)
        when aggregate = 'share' then mean
        when aggregate = 'per reviewer' then coalesce(total, 0) / nullif(reviewers, 0)
        when aggregate = 'per outcome' and totals.n >= 5 and days_with_cost >= 0.8 * (end_on - start_on) then cost / totals.n
        when aggregate = 'cost share' then cost_of_value / nullif(cost, 0)
        when aggregate = 'count' and first_day < end_on then coalesce(total, 0)
        when aggregate in ('per week', 'net per week') and first_day < end_on
            then coalesce(total, 0) * 7.0 / (end_on - start_on)
    end as estimate,
    coalesce(totals.n, 0) as n,
    coalesce(totals.n_missing, 0) as n_missing,
    coalesce(totals.n_excluded, 0) as n_excluded
from numbered
left join totals on totals.place = numbered.place
left join begun
    on
        begun.repo is not distinct from numbered.repo
        and begun.required_until = numbered.required_until
order by all
