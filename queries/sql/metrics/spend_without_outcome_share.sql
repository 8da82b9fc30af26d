-- Share of the teams' spend in the months that began in the window that no durable outcome of the
-- team followed within 91 days of the month's end. If durability cannot be observed, an outcome
-- counts as durable. Includes the months and teams of `spend_by_team`; spend without a team is
-- excluded.
select
    spent.month as day,
    spent.month,
    spent.team,
    if(
        spent.team in ('(other teams)', 'unattributed'),
        null,
        (not exists (
            select 1
            from outcomes
            where
                outcomes.team = spent.team
                and outcomes.durability in ('durable', 'not observable')
                and outcomes.happened_on >= spent.month
                and outcomes.happened_on < spent.month + interval 1 month + interval 91 day
        ))::integer::double
    ) as value,
    spent.team in ('(other teams)', 'unattributed') as is_excluded,
    if(spent.team in ('(other teams)', 'unattributed'), null, spent.cost_usd) as cost_usd
from spend_by_team as spent
where spent.provider is null
