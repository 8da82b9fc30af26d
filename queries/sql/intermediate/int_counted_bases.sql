-- One row per provider, tool, account and day with the basis and source that count; the others are
-- reconciliation. Gateways and clients see the same tokens that the provider bills, in any account:
-- they count only if the provider reports nothing.
with present as (
    select distinct
        spend.provider,
        spend.tool,
        spend.account,
        spend.day,
        spend.basis,
        spend.source,
        precedence.rank
    from int_spend_rows as spend
    inner join input_cost_precedence as precedence on precedence.basis = spend.basis
),

-- what counts of a provider on a day: everything billed; else what gateways saw; else what clients
-- guess
best as (
    select provider, day, greatest(min(rank), 3) as rank
    from present
    group by provider, day
)

select
    present.provider,
    present.tool,
    present.account,
    present.day,
    present.basis,
    present.source
from present
inner join best
    on
        best.provider = present.provider
        and best.day = present.day
        and present.rank <= best.rank
qualify row_number() over (
    partition by present.provider, present.tool, present.account, present.day
    order by present.rank, present.source
) = 1
