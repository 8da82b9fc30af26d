-- One row per day, account, provider, tool, model and person with the cell of `spend` that it is told in: no cell holds
-- fewer than k persons. What is too small joins its like: days of a week, then accounts, providers, tools and models;
-- where the small together are too few, the smallest of the large joins them. `shown_on` is null where a whole week is
-- too small to be told of. What was told before stays in the cells that it was told in.
with recursive days as (
    select
        *,
        count(distinct person) over (partition by basis, charge, is_counted, week) as of_week,
        count(distinct person) over (partition by basis, charge, is_counted, week, day) as of_day,
        sum(coalesce(usd, 0)) over (partition by basis, charge, is_counted, week, day) as day_usd
    from stg_spend_news
),

joined as (
    select
        days.*,
        settings.small_group as k,
        min((day_usd, day)) filter (of_day >= settings.small_group) over weeks as smallest,
        bool_or(of_day < settings.small_group) over weeks as has_small,
        max(day) over weeks as last_day
    from days
    cross join stg_settings as settings
    window weeks as (partition by basis, charge, is_counted, week)
),

told as (
    select
        * exclude (of_day, day_usd, smallest, has_small, last_day, of_week),
        case
            when of_week < k then null
            when not has_small then day
            when smallest is null then last_day
            when of_day >= k and day <> smallest[2] then day
            else smallest[2]
        end as shown_on
    from joined
),

coarser as (
    select *, [account, provider, tool, model] as labels, 0 as level
    from told
    union all
    select
        * exclude (labels, level, n, total, smallest, has_small),
        if(
            n < k or (has_small and total = smallest[1] and labels[level + 1] = smallest[2]),
            list_concat(
                labels[:level],
                [['other accounts', 'other', 'other tools', 'other models'][level + 1]],
                labels[level + 2:]
            ),
            labels
        ) as labels,
        level + 1 as level
    from (
        select
            *,
            min((total, labels[level + 1])) filter (n >= k) over nodes as smallest,
            bool_or(n < k) over nodes as has_small
        from (
            select
                *,
                count(distinct person) over cells as n,
                sum(coalesce(usd, 0)) over cells as total
            from coarser
            where level < 4
            window cells as (
                partition by basis, charge, is_counted, shown_on, labels[:level], labels[level + 1]
            )
        ) as counted
        window nodes as (partition by basis, charge, is_counted, shown_on, labels[:level])
    ) as compared
)

select * exclude (labels, level, k), labels
from coarser
where level = 4
union all by name
select shown.*
from stg_shown_spend as shown
cross join stg_settings as settings
where shown.day <= settings.as_of and shown.shown_on <= settings.as_of
