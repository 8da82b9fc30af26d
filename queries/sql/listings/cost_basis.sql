-- What a cost per outcome rests on in a window: spend that is counted, in scope and final, the days
-- it is known for, and the outcomes of repositories read until then, by kind and by what is known
-- of them.
with known as (
    select
        day,
        sum(cost_usd) filter (is_in_scope and charge in ('usage', 'seat')) as cost_usd
    from spend
    where is_counted and not is_provisional and day >= $start_on::date and day < $end_on::date
    group by day
    having count(gap) = 0
),

paid as (
    select
        coalesce(sum(cost_usd), 0) as cost_usd,
        count(*) as days_known,
        min(day) as first_day,
        max(day) as last_day
    from known
),

brought as (
    select
        outcomes.kind,
        outcomes.is_linked,
        outcomes.durability
    from outcomes
    inner join repositories on repositories.repo = outcomes.repo
    where
        outcomes.happened_on >= $start_on::date
        and outcomes.happened_on < $end_on::date
        and repositories.synced_until >= $until::timestamp
),

kinds as (
    select
        kind,
        count(*) as n
    from brought
    where durability in ('durable', 'not observable')
    group by kind
)

select
    paid.*,
    $end_on::date - $start_on::date as days,
    count(*) filter (brought.durability in ('durable', 'not observable')) as outcomes,
    count(*) filter (brought.durability = 'not observable') as not_observable,
    count(*) filter (
        brought.durability in ('durable', 'not observable')
        and not brought.is_linked
    ) as unlinked,
    count(*) filter (brought.durability = 'undone') as undone,
    count(*) filter (brought.durability = 'provisional') as provisional,
    (
        select
            string_agg(replace(kind, 'ux', 'UX') || ' ' || n, ', ' order by n desc, kind)
        from kinds
    ) as kinds
from paid
left join brought on true
group by all
