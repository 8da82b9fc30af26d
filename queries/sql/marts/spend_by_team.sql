-- Spend of teams in complete months, in whole dollars.
-- Grain: month, team, provider. Columns are stable unless marked experimental.
--
-- month: first day of the month.
-- team: from people.csv or the file; (other teams) are those too small to be published,
--     unattributed is spend without a known person or team.
-- provider: null for all of a team; other where one is too small to be published.
-- cost_usd: counted usage and seats, rounded to dollars.
-- spenders_band: how many persons spent: 5–9, 10–19, 20–49, 50–99 or 100+; null where none is
--     known.
with spent as (
    select
        atoms.month,
        atoms.team,
        atoms.provider,
        atoms.usd,
        atoms.atom_id
    from input_atoms as atoms
    where atoms.charge in ('usage', 'seat')
    union all
    select
        date_trunc('month', day)::date,
        'unattributed',
        provider,
        usd,
        null
    from input_machine_spend
    where charge in ('usage', 'seat')
),

sums as (
    select
        spent.month,
        spent.team,
        spent.provider,
        grouping(spent.provider) = 1 as is_total,
        sum(spent.usd) as usd,
        list(distinct spent.atom_id) as atom_ids
    from spent
    semi join int_complete_months as complete on complete.month = spent.month
    group by grouping sets ((spent.month, spent.team), (spent.month, spent.team, spent.provider))
),

persons as (
    select
        sums.month,
        sums.team,
        sums.provider,
        people.form,
        count(distinct people.person) filter (people.usd <> 0) as n
    from (select month, team, provider, unnest(atom_ids) as atom_id from sums) as sums
    inner join input_atom_people as people on people.atom_id = sums.atom_id
    where people.form <> 'unknown'
    group by all
)

select
    sums.month,
    sums.team,
    sums.provider,
    round(sums.usd, 0)::double as cost_usd,
    people_band((
        select max(persons.n)
        from persons
        where
            persons.month = sums.month
            and persons.team = sums.team
            and persons.provider is not distinct from sums.provider
    )) as spenders_band
from sums
where abs(sums.usd) >= 0.005
order by sums.month, sums.team, sums.provider
