-- One row per provider, tool, account and day with the basis and source that count; the others are
-- reconciliation. A gateway or client never counts beside the provider's own bill, in any account:
-- both see the tokens that the bill has. A bill covers its month from its first to its last day. If
-- it has one day only, the first or last of the month, it is the invoice of the whole month. A
-- gateway whose rows do not name the provider may have used any of those that were billed.
with present as (
    select distinct
        spend.provider,
        spend.tool,
        spend.account,
        spend.day,
        spend.basis,
        spend.source,
        precedence.rank,
        precedence.rank <= 3 as is_billed,
        is_gateway(spend.provider) as is_unnamed
    from int_spend_rows as spend
    inner join input_cost_precedence as precedence on precedence.basis = spend.basis
),

billed_months as (
    select
        provider,
        date_trunc('month', day)::date as month,
        min(day) as first_day,
        max(day) as last_day,
        min(day) = max(day) and (min(day) = month or min(day) = last_day(min(day))) as is_invoice
    from present
    where is_billed
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
    where not present.is_billed
),

candidates as (
    select * from present where is_billed
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
    order by rank, source
) = 1
