-- What rows of a team's month show.
select
    null::varchar as repo,
    spent.month,
    spent.team,
    spent.team || ', ' || strftime(spent.month, '%B %Y') as title,
    spent.cost_usd,
    spent.spenders_band,
    count(outcomes.outcome_id) as outcomes
from spend_by_team as spent
left join outcomes
    on
        outcomes.team = spent.team
        and outcomes.durability in ('durable', 'not observable')
        and outcomes.happened_on >= spent.month
        and outcomes.happened_on < spent.month + interval 1 month + interval 91 day
where spent.provider is null
group by all
