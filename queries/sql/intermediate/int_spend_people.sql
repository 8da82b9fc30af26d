-- Counted spend, one row per source, account, day, provider, tool, model, basis, charge and actor as
-- the vendor names it; the actor is empty where no person is known. `week` is the part of an ISO
-- week within a month, `team` as of the day.
select
    date_trunc('month', spent.day)::date as month,
    week_in_month(spent.day) as week,
    spent.source,
    spent.account,
    spent.day,
    spent.provider,
    spent.tool,
    spent.model,
    spent.basis,
    spent.charge,
    coalesce(spent.person, '') as actor,
    any_value(if(people.login is null, spent.team, teams.team)) as team,
    bool_or(spent.is_provisional) as is_provisional,
    bool_or(spent.is_estimate) as is_estimate,
    sum(spent.usd)::decimal(38, 8) as usd,
    sum(spent.tokens)::bigint as tokens,
    sum(spent.requests)::bigint as requests
from int_spend_with_basis as spent
left join int_spend_names as people on people.name = spent.person
left join int_people as teams
    on teams.login = people.login and spent.day between teams.from_on and teams.to_on
where spent.is_counted
group by all
