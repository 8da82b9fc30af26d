-- Spend of teams in complete months, as first published: in whole dollars, no cell with fewer than
-- k persons.
-- Grain: month, team, provider. Columns are stable unless marked experimental.
--
-- month: first day of the month.
-- team: from people.csv or the file; (other teams) are those too small to be published,
--     unattributed is spend without a known person or team.
-- provider: null for all of a team; providers only in months in which no team has one that is too
--     small.
-- cost_usd: counted usage and seats, rounded to dollars.
-- spenders_band: how many persons spent: 1–4, 5–9, 10–19, 20–49, 50–99 or 100+; null where none is
--     known.
with cells as (
    select month, team, provider, count(distinct person) as n, sum(usd) as usd
    from int_team_spend
    group by month, team, provider
),

safe_months as (
    select cells.month
    from cells
    cross join input_settings as settings
    group by cells.month, settings.small_group
    having min(cells.n) >= settings.small_group
),

machines as (
    select
        date_trunc('month', spend.day)::date as month,
        spend.provider,
        sum(spend.cost_usd::decimal(24, 8)) as usd
    from spend
    where spend.is_counted and spend.charge in ('usage', 'seat')
    group by 1, 2
),

totals as (
    select month, team, null::varchar as provider, count(distinct person) as n, sum(usd) as usd
    from int_team_spend
    group by month, team
    union all
    select cells.month, cells.team, cells.provider, cells.n, cells.usd
    from cells
    semi join safe_months on safe_months.month = cells.month
),

-- `spend` of a month without the part of persons
unknown as (
    select machines.month, sum(machines.usd) - coalesce(any_value(known.usd), 0) as usd
    from machines
    inner join int_complete_months as complete on complete.month = machines.month
    left join (
        select month, sum(usd) as usd
        from int_team_spend
        group by month
    ) as known on known.month = machines.month
    group by machines.month
),

computed as (
    select
        month,
        team,
        provider,
        round(sum(usd), 0) as cost_usd,
        sum(n) as n
    from (
        select month, team, provider, n, usd from totals
        union all
        select month, 'unattributed', null, 0, usd from unknown where abs(usd) >= 0.005
    ) as listed
    group by month, team, provider
),

shown as (
    select
        (cell->>'month')::date as month,
        cell->>'team' as team,
        cell->>'provider' as provider,
        (cell->>'cost_usd')::double as cost_usd,
        cell->>'spenders_band' as spenders_band
    from input_published_cells
    where table_name = 'spend_by_team'
)

select
    month,
    team,
    provider,
    cost_usd::double as cost_usd,
    people_band(n) as spenders_band
from computed
anti join shown on shown.month = computed.month
union all
select shown.*
from shown
cross join input_settings as settings
where last_day(shown.month) < settings.as_of
order by month, team, provider
