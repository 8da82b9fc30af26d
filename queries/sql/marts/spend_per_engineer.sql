-- How the spend of a complete month spreads over the people who are known to spend, as it was first
-- told.
-- Grain: month, team. Columns are stable unless marked experimental.
--
-- month: first day of the month.
-- team: null for the organisation; teams as in spend_by_team.
-- n_band: how many persons spent: 1–4, 5–9, 10–19, 20–49, 50–99 or 100+.
-- median: dollars of the person in the middle, rounded; null under 10 persons.
-- p90: dollars that nine of ten stay under, rounded; null under 50 persons.
-- top_decile_share: what the tenth that spends most holds of the whole; null under 50 persons.
with persons as (
    select month, team, person, sum(coalesce(usd, 0)) as usd
    from int_team_spend
    group by month, team, person
),

ranked as (
    select
        month,
        null::varchar as team,
        usd,
        percent_rank() over (partition by month order by usd desc) as place
    from (
        select month, person, sum(usd) as usd
        from persons
        group by month, person
    ) as everybody
    union all
    select
        month,
        team,
        usd,
        percent_rank() over (partition by month, team order by usd desc)
    from persons
    where team not in ('(other teams)', 'unattributed')
),

spread as (
    select
        month,
        team,
        count(*) as n,
        round(median(usd::double), 0) as median,
        round(quantile_cont(usd::double, 0.9), 0) as p90,
        round(
            (sum(usd) filter (place < 0.1))::double / nullif(sum(usd)::double, 0),
            2
        ) as top_decile_share
    from ranked
    group by month, team
),

shown as (
    select
        (cell->>'month')::date as month,
        cell->>'team' as team,
        cell->>'n_band' as n_band,
        (cell->>'median')::double as median,
        (cell->>'p90')::double as p90,
        (cell->>'top_decile_share')::double as top_decile_share
    from input_published_cells
    where table_name = 'spend_per_engineer'
)

select
    spread.month,
    spread.team,
    people_band(spread.n) as n_band,
    if(spread.n >= 10, spread.median, null) as median,
    if(spread.n >= 50, spread.p90, null) as p90,
    if(spread.n >= 50, spread.top_decile_share, null) as top_decile_share
from spread
cross join input_settings as settings
anti join shown on shown.month = spread.month
where spread.n >= settings.small_group
union all
select shown.*
from shown
cross join input_settings as settings
where last_day(shown.month) < settings.as_of
order by month, team
