-- How many engineers there are: of people.csv, or without it the distinct human authors of the
-- month's pull requests.
-- Grain: month, team. Columns are stable unless marked experimental.
--
-- month: first day of the month.
-- team: null for the organisation; teams as in pull_requests, in months on whose every day they
--     have at least k people.
-- engineers_band: 1–4, 5–9, 10–19, 20–49, 50–99 or 100+.
-- engineers: how many, of the organisation; null for teams.
-- basis: people.csv or active authors.
with months as (
    select unnest(generate_series(
        date_trunc('month', (select min(opened_at) from stg_pull_requests)),
        date_trunc('month', settings.as_of::timestamp),
        interval 1 month
    ))::date as month
    from input_settings as settings
),

has_people as (
    select count(*) > 0 as is_there
    from ledger.people
),

listed as (
    select distinct months.month, people.login
    from months
    inner join int_person_periods as people
        on people.from_on <= last_day(months.month) and people.to_on >= months.month
    where coalesce(people.is_engineering_role, true)
),

in_teams as (
    select distinct months.month, people.team, people.login
    from months
    cross join input_settings as settings
    inner join int_group_periods as teams
        on
            teams.is_team
            and teams.from_on <= months.month
            and teams.to_on >= least(last_day(months.month), settings.as_of)
    inner join int_published_people as people
        on
            people.team = teams.team
            and people.from_on <= last_day(months.month)
            and people.to_on >= months.month
    where coalesce(people.is_engineering_role, true)
),

active as (
    select
        date_trunc('month', pull_requests.opened_at)::date as month,
        lower(pull_requests.author) as login
    from stg_pull_requests as pull_requests
    inner join int_accounts as accounts
        on accounts.login = lower(pull_requests.author) and accounts.kind = 'human'
    group by all
),

counted as (
    select month, null as team, count(*) as n, 'people.csv' as basis
    from listed
    group by month
    union all
    select month, team, count(*), 'people.csv'
    from in_teams
    group by month, team
    union all
    select active.month, null, count(*), 'active authors'
    from active
    cross join has_people
    where not has_people.is_there
    group by active.month
)

select
    month,
    team,
    people_band(n) as engineers_band,
    if(team is null, n, null)::integer as engineers,
    basis
from counted
order by month, team
