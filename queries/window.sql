-- The estimate of one metric in each window: items that fall in it, from repositories that were read through it.
-- A median is that of all items, those without an end counted as longer than any; null where it is not reached.
-- A rate is null where no repository was read through the window, and 0 where nothing happened.
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

windows as (
    {windows}
),

readable as (
    select
        windows.*,
        count(repositories.repo) as repositories
    from windows
    left join repositories
        on
            repositories.observed_until >= windows.required_until
            and (windows.repo is null or repositories.repo = windows.repo)
    group by all
),

placed as (
    select
        readable.*,
        items.value,
        items.day is not null and items.is_excluded as is_excluded,
        items.day is not null and items.value is null and not items.is_excluded as is_missing
    from readable
    left join items
        on
            items.day >= readable.start_on
            and items.day < readable.end_on
            and (readable.repo is null or items.repo = readable.repo)
            and (readable.team is null or items.team = readable.team)
            and (readable.work_type is null or items.work_type = readable.work_type)
            and (readable.authorship is null or items.authorship = readable.authorship)
            and items.observed_until >= readable.required_until
),

totals as (
    select
        * exclude (value, is_excluded, is_missing),
        quantile_disc(value, 0.5) as middle,
        avg(value) as mean,
        coalesce(sum(value), 0) as total,
        count(value) as n,
        count(*) filter (is_missing) as n_missing,
        count(*) filter (is_excluded) as n_excluded
    from placed
    group by all
)

select
    * exclude (repositories, middle, mean, total, n, n_missing, n_excluded),
    case
        when aggregate = 'median' then if(isinf(middle), null, middle)
        when aggregate = 'share' then mean
        when aggregate = 'per week' and repositories > 0 then total * 7.0 / (end_on - start_on)
    end as estimate,
    n,
    n_missing,
    n_excluded
from totals
order by all
