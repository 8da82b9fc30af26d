-- Budgets that are spent, or likely to be: one row per period of the forecast, in words. $share is
-- how much of a budget may be spent, $risk with what chance the period may end over it; without a
-- chance the expected amount decides.
with crossed as (
    select
        *,
        spent >= budget_usd * $share::double as is_spent,
        coalesce(p_over_budget >= $risk::double, point > budget_usd) as is_risky
    from forecasts
    where budget_usd is not null
)

select concat_ws(
    '; ',
    format(
        '{}: {}${:,} of a budget of ${:,} spent by {} ({} %)',
        period,
        if(counted_until < made_on, 'at least ', ''),
        round(spent)::bigint,
        budget_usd,
        made_on,
        if(budget_usd > 0, round(100 * spent / budget_usd)::bigint::text, 'over 100')
    ),
    format('${:,} expected at its end', round(point)::bigint)
        || coalesce(
            format(' (80 % interval ${:,} to ${:,})', round(lo)::bigint, round(hi)::bigint),
            ''
        ),
    format('a chance of {} % to end over it', round(100 * p_over_budget)::bigint),
    if(breach_on <= counted_until, 'passed on ', 'passed about ') || breach_on::text
) as problem
from crossed
where is_spent or is_risky
order by period
