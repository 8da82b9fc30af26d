-- Share or median of one metric in two windows with the weights of the second: each repository and
-- work type counts in the first as much as in the second. What is in one window only is left out.
with items as (
    {items}
),

windows as (
    {windows}
),

window_items as (
    select
        windows.start_on,
        windows.end_on,
        windows.aggregate,
        row_number() over (order by windows.start_on desc, items.day) as position,
        windows.start_on = max(windows.start_on) over () as is_current,
        coalesce(items.repo, '') as repo,
        if($by_work_type, coalesce(items.work_type, ''), '') as work_type,
        items.value
    from windows
    inner join items
        on
            items.day >= windows.start_on
            and items.day < windows.end_on
            and items.synced_until >= windows.required_until
            and (windows.team is null or items.team = windows.team)
    where items.value is not null
),

strata as (
    select
        repo,
        work_type,
        count(*) filter (is_current) as n_current,
        count(*) filter (not is_current) as n_baseline
    from window_items
    group by repo, work_type
),

weighted as (
    select
        window_items.*,
        if(is_current, n_baseline / n_current, 1) as weight
    from window_items
    inner join strata using (repo, work_type)
    where n_current > 0 and n_baseline > 0
),

ordered as (
    select
        *,
        sum(weight) over (partition by start_on order by value, position) as cumulative,
        sum(weight) over (partition by start_on) as total
    from weighted
)

select
    start_on,
    end_on,
    case aggregate
        when 'share' then sum(value * weight) / sum(weight)
        else nullif(
            min(value) filter (cumulative >= total / 2 - 1e-9 * total), 'infinity'::double
        )
    end as estimate,
    count(*) as n
from ordered
group by start_on, end_on, aggregate
order by start_on desc
