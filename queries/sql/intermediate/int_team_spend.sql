-- One row per month, provider and person of complete months, with the team under which their spend
-- is published: only spend that `spend` contains too. Teams that are too small, or in which one
-- person has over four fifths, are merged.
with amounts as (
    select
        months.month,
        cells.provider,
        cells.person,
        coalesce(people.team, if(people.login is null, cells.team, null)) as team,
        sum(cells.usd) as usd
    from int_spend_cells as cells
    inner join int_complete_months as months on months.month = date_trunc('month', cells.day)
    left join int_people as people
        on people.login = cells.person and cells.day between people.from_on and people.to_on
    where
        cells.shown_on is not null
        and cells.is_counted
        and cells.charge in ('usage', 'seat')
        and cells.usd is not null
    group by all
    -- who has a row and no money spends nothing that a team could hide
    having sum(cells.usd) <> 0
),

shares as (
    select
        month,
        team,
        person,
        sum(coalesce(usd, 0)) as usd
    from amounts
    group by month, team, person
),

sizes as (
    select
        shares.month,
        shares.team,
        count(*) as n,
        sum(shares.usd) as usd,
        count(*) >= settings.small_group and max(shares.usd) <= 0.8 * sum(shares.usd) as is_large
    from shares
    cross join input_settings as settings
    group by shares.month, shares.team, settings.small_group
),

-- if a team is too small to be published, the smallest large team joins it
smallest as (
    select
        month,
        min((usd, coalesce(team, ''))) filter (is_large) as joined,
        bool_or(not is_large) as has_small
    from sizes
    group by month
)

select
    amounts.month,
    amounts.provider,
    amounts.person,
    amounts.usd,
    case
        when sizes.is_large and not (
            smallest.has_small and sizes.usd = smallest.joined[1] and coalesce(
                sizes.team,
                ''
            ) = smallest.joined[2]
        ) then coalesce(amounts.team, 'unattributed')
        else '(other teams)'
    end as team
from amounts
inner join sizes on sizes.month = amounts.month and sizes.team is not distinct from amounts.team
inner join smallest on smallest.month = amounts.month
