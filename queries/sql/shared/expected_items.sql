-- Items of one metric for an expectation: of a team, and of a work category if it has one, from
-- repositories that are read.
select
    items.day,
    items.repo,
    items.value::double as value,
    items.reviewer,
    items.cost_usd::double as cost_usd,
    items.is_excluded,
    items.synced_until
from (
    {items}
) as items
where
    ($team::varchar is null or items.team = $team)
    and {category}
