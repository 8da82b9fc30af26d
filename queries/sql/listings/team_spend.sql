-- What teams spent in complete months, in whole dollars, the newest month first, and
-- in the month before.
with told as (
    select
        month,
        team,
        cost_usd,
        spenders_band as spenders
    from spend_by_team
    where provider is null
)

select
    told.month,
    told.team,
    told.cost_usd,
    told.spenders,
    before.cost_usd as month_before_usd
from told
left join told as before on before.team = told.team and before.month = told.month - interval 1 month
where told.month < $end_on::date
order by
    told.month desc,
    told.team = 'unattributed',
    told.team = '(other teams)',
    told.cost_usd desc,
    told.team
