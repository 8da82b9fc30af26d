-- One row per month and provider in which spend of persons is counted: what another source says of
-- the same money is not published there, since their difference could be a person's.
select distinct
    month,
    provider
from int_spend_people
where actor <> ''
union
select
    date_trunc('month', day)::date,
    provider
from ledger.published_spend
where actor <> ''
