-- The estimate of one metric in each window: items that fall in it, from repositories that were read through it.
-- A median is that of all items, those without an end counted as longer than any; null where it is not reached.
with items as (
    {items}
),

windows as (
    {windows}
),

counted as (
    select
        windows.*,
        items.value,
        coalesce(items.is_excluded, false) as is_excluded,
        items.day is not null as is_item
    from windows
    left join items
        on
            items.day >= windows.start_on
            and items.day < windows.end_on
            and (windows.repo is null or items.repo = windows.repo)
            and (windows.team is null or items.team = windows.team)
            and (windows.work_type is null or items.work_type = windows.work_type)
            and (windows.authorship is null or items.authorship = windows.authorship)
            and items.repo in (
                select repositories.repo
                from repositories
                where repositories.observed_until >= windows.required_until
            )
),

totals as (
    select
        * exclude (value, is_excluded, is_item),
        quantile_disc(value, 0.5) as middle,
        avg(value) as mean,
        coalesce(sum(value), 0) as total,
        count(value) as n,
        count(*) filter (is_item and value is null and not is_excluded) as n_missing,
        count(*) filter (is_excluded) as n_excluded
    from counted
    group by all
)

select
    * exclude (middle, mean, total, n, n_missing, n_excluded),
    case aggregate
        when 'median' then if(isinf(middle), null, middle)
        when 'share' then mean
        when 'per week' then total * 7.0 / (end_on - start_on)
    end as estimate,
    n,
    n_missing,
    n_excluded
from totals
order by all
