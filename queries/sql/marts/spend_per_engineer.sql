-- Mean spend of the people who are known to spend, by complete month.
-- Grain: month, team. Columns are stable unless marked experimental.
--
-- month: first day of the month.
-- team: null for the organisation; teams as in spend_by_team.
-- n_band: how many persons spent: 5–9, 10–19, 20–49, 50–99 or 100+.
-- usd_per_person: published spend of persons, divided by those who spent, to two digits.
with persons as (
    select
        atoms.month,
        atoms.team,
        people.form,
        people.person,
        people.usd
    from input_atom_people as people
    inner join input_atoms as atoms on atoms.atom_id = people.atom_id
    semi join int_complete_months as complete on complete.month = atoms.month
    where atoms.charge in ('usage', 'seat')
),

counted as (
    select
        month,
        team,
        form,
        count(distinct person) filter (usd <> 0 and form <> 'unknown') as n,
        sum(usd) as usd
    from persons
    group by grouping sets ((month, form), (month, team, form))
),

groups as (
    select
        month,
        team,
        max(n) as n,
        sum(usd)::double as usd
    from counted
    where team is null or team not in ('(other teams)', 'unattributed')
    group by month, team
)

select
    groups.month,
    groups.team,
    people_band(groups.n) as n_band,
    round(usd / n, 1 - floor(log10(abs(usd / n)))::integer) as usd_per_person
from groups
cross join input_settings as settings
where groups.n >= settings.small_group and groups.usd <> 0
order by groups.month, groups.team
