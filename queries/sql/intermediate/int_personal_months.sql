-- One row per month and provider of whose spend any source names persons, counted or not: what
-- another source says of the same money is not published there, since their difference could be a
-- person's. The spend of a gateway may be that of any provider, the bill of a cloud that of what
-- clients and gateways saw, and an invoice that of the month before.
with personal as (
    select distinct
        date_trunc('month', day)::date as month,
        provider,
        basis in ('client', 'gateway') as is_seen
    from int_spend_with_basis
    where person <> ''
    union
    select
        date_trunc('month', day)::date,
        provider,
        basis in ('client', 'gateway')
    from ledger.published_spend
    where actor <> ''
),

known as (
    select distinct
        date_trunc('month', day)::date as month,
        provider
    from int_spend_with_basis
    union
    select
        month,
        provider
    from personal
)

select distinct
    known.month,
    known.provider
from known
inner join personal
    on
        known.month in (personal.month, personal.month + interval 1 month)
        and (
            personal.provider = known.provider
            or is_gateway(personal.provider)
            or is_gateway(known.provider)
            or (personal.is_seen and is_reseller(known.provider))
        )
