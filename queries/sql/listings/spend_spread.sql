-- Mean spend of the people who are known to spend in complete months, the newest first; the first
-- row of a month is the organisation.
select
    month,
    coalesce(team, 'everybody') as team,
    n_band as spenders,
    usd_per_person
from spend_per_engineer
where month >= date_trunc('month', $start_on::date) and month < $end_on::date
order by month desc, team is not null, team
