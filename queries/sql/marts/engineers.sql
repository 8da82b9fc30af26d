-- How many engineers there are: of people.csv, or without it the distinct human authors of the
-- month's pull requests.
-- Grain: month, team. Columns are stable unless marked experimental.
--
-- month: first day of the month.
-- team: null for the organisation; teams of fewer than k people are left out.
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

engineering as (
    select distinct value as role
    from int_rule_matches
    where kind = 'label_rules' and meaning = 'engineering' and field = 'role'
),

listed as (
    select months.month, people.login, people.team
    from months
    inner join int_people as people
        on people.from_on <= last_day(months.month) and people.to_on >= months.month
    left join engineering on engineering.role = people.role
    where people.role is null or engineering.role is not null
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
    select month, null as team, count(distinct login) as n, 'people.csv' as basis
    from listed
    group by month
    union all
    select listed.month, listed.team, count(distinct listed.login), 'people.csv'
    from listed
    cross join input_settings as settings
    where listed.team is not null
    group by listed.month, listed.team, settings.small_group
    having count(distinct listed.login) >= settings.small_group
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
