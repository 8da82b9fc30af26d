-- One row per provider, tool, account and day with the basis and source that count; the others are
-- reconciliation. A gateway or client never counts beside the provider's own bill, in any account:
-- both see the tokens that the bill has. A bill covers its month from its first to its last day. If
-- it has one day only, the first or last of the month, it is the invoice of the whole month. A
-- gateway whose rows do not name the provider may have used any of those that were billed. Credits
-- that were bought are no bill of a day's usage.
with present as (
    select
        spend.provider,
        spend.tool,
        spend.account,
        spend.day,
        spend.basis,
        spend.source,
        precedence.rank,
        bool_or(spend.charge in ('usage', 'seat')) as has_usage,
        is_gateway(spend.provider) as is_unnamed
    from int_spend_rows as spend
    inner join input_cost_precedence as precedence on precedence.basis = spend.basis
    group by all
),

billed_months as (
    select
        provider,
        date_trunc('month', day)::date as month,
        min(day) as first_day,
        max(day) as last_day,
        min(day) = max(day) and (min(day) = month or min(day) = last_day(min(day))) as is_invoice
    from present
    where rank <= 3 and has_usage
    group by 1, 2
),

-- gateways and clients of days that no bill covers
unbilled as (
    select present.*
    from present
    anti join billed_months as billed
        on
            billed.month = date_trunc('month', present.day)
            and (
                billed.provider = present.provider
                or present.is_unnamed and billed.provider not in ('cursor', 'github')
            )
            and (billed.is_invoice or present.day between billed.first_day and billed.last_day)
    where present.rank > 3
),

candidates as (
    select * from present where rank <= 3
    union all
    -- what gateways saw, else what clients guess
    select *
    from unbilled
    qualify rank = min(rank) over (partition by provider, day)
)

select
    provider,
    tool,
    account,
    day,
    basis,
    source
from candidates
qualify row_number() over (
    partition by provider, tool, account, day
    order by has_usage desc, rank, source
) = 1
