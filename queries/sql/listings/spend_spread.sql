-- How the spend of complete months spreads over the people who are known to spend, the newest
-- first; the first row of a month is the organisation. Only groups of ten or more have a median, of
-- fifty or more the rest.
select
    month,
    coalesce(team, 'everybody') as team,
    n_band as spenders,
    median as median_usd,
    p90 as p90_usd,
    top_decile_share
from spend_per_engineer
where median is not null and month >= date_trunc('month', $start_on::date) and month < $end_on::date
order by month desc, team is not null, team
