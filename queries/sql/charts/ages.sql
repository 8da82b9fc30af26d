-- Open items by age in days, youngest band first.
with items as (
    {items}
),

bands as (
    select *
    from (
        values
            ('under 1 day', 0, 1),
            ('1–3 days', 1, 3),
            ('3–7 days', 3, 7),
            ('1–2 weeks', 7, 14),
            ('2–4 weeks', 14, 28),
            ('4–13 weeks', 28, 91),
            ('over 13 weeks', 91, 'infinity'::double)
    ) as listed(band, from_days, to_days)
)

select
    bands.band,
    count(items.value) as n
from bands
left join items
    on
        items.value >= bands.from_days
        and items.value < bands.to_days
        and ($repo::varchar is null or items.repo = $repo)
        and ($team::varchar is null or items.team = $team)
        and ($work_type::varchar is null or items.work_type = $work_type)
        and ($authorship::varchar is null or items.authorship = $authorship)
        and items.synced_until >= $required_until::timestamp
group by bands.band, bands.from_days
order by bands.from_days
