-- One row per day, account, provider, tool, model and person with the published cell of `spend`
-- that it is added to. In no cell do fewer than k persons have dollars, list price, tokens or
-- requests. Small groups are merged: days of a week, then accounts, providers, tools and models; if
-- the merged group is still too small, the smallest large one joins it. `shown_on` is null if a
-- whole week is too small. Amounts published before stay in their cells.
with recursive weeks as (
    select
        news.*,
        settings.small_group as k,
        count(distinct if(news.usd <> 0, news.person, null)) over kinds as persons_usd,
        count(distinct if(news.list_usd <> 0, news.person, null)) over kinds as persons_list,
        count(distinct if(news.tokens <> 0, news.person, null)) over kinds as persons_tokens,
        count(distinct if(news.requests <> 0, news.person, null)) over kinds as persons_requests
    from int_unpublished_spend as news
    cross join input_settings as settings
    window kinds as (partition by news.basis, news.charge, news.is_counted, news.week)
),

coarser as (
    select
        * exclude (persons_usd, persons_list, persons_tokens, persons_requests),
        too_few(persons_usd, k)
        or too_few(persons_list, k)
        or too_few(persons_tokens, k)
        or too_few(persons_requests, k) as is_withheld,
        [day::varchar, account, provider, tool, model] as labels,
        0 as level
    from weeks
    union all
    select
        * exclude (
            labels,
            level,
            persons,
            of_node,
            total,
            is_small,
            smallest,
            has_small,
            last_label
        ),
        case
            when not has_small then labels
            when is_small or smallest is null or labels[level + 1] = smallest[2]
                then list_concat(
                    labels[:level],
                    [if(
                        level = 0,
                        coalesce(smallest[2], last_label),
                        ['other accounts', 'other', 'other tools', 'other models'][level]
                    )],
                    labels[level + 2:]
                )
            else labels
        end as labels,
        level + 1 as level
    from (
        select
            *,
            min((total, labels[level + 1])) filter (
                not is_small
                and (persons[1] > 0 or of_node[1] = 0)
                and (persons[2] > 0 or of_node[2] = 0)
                and (persons[3] > 0 or of_node[3] = 0)
                and (persons[4] > 0 or of_node[4] = 0)
            ) over nodes as smallest,
            bool_or(is_small) over nodes as has_small,
            max(labels[level + 1]) over nodes as last_label
        from (
            select
                *,
                too_few(persons[1], k)
                or too_few(persons[2], k)
                or too_few(persons[3], k)
                or too_few(persons[4], k) as is_small
            from (
                select
                    *,
                    [
                        count(distinct if(usd <> 0, person, null)) over cells,
                        count(distinct if(list_usd <> 0, person, null)) over cells,
                        count(distinct if(tokens <> 0, person, null)) over cells,
                        count(distinct if(requests <> 0, person, null)) over cells
                    ] as persons,
                    [
                        count(distinct if(usd <> 0, person, null)) over nodes,
                        count(distinct if(list_usd <> 0, person, null)) over nodes,
                        count(distinct if(tokens <> 0, person, null)) over nodes,
                        count(distinct if(requests <> 0, person, null)) over nodes
                    ] as of_node,
                    sum(coalesce(usd, 0)) over cells as total
                from coarser
                where level < 5 and not is_withheld
                window
                    cells as (
                        partition by
                            basis, charge, is_counted, week, labels[:level], labels[level + 1]
                    ),
                    nodes as (partition by basis, charge, is_counted, week, labels[:level])
            ) as counted
        ) as sized
        window nodes as (partition by basis, charge, is_counted, week, labels[:level])
    ) as compared
)

select
    * exclude (labels, level, k, is_withheld),
    if(is_withheld, null, labels[1]::date) as shown_on,
    labels[2:] as labels
from coarser
where level = 5 or is_withheld
union all by name
select shown.*
from input_published_spend as shown
cross join input_settings as settings
where shown.day <= settings.as_of and shown.shown_on <= settings.as_of
