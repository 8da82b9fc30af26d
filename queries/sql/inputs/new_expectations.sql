-- Expectations that this publish decides.
create temp table new_expectations as
select expectations.* exclude (position, owner, why, sentence)
from expectations
anti join ledger.published_expectations as stored
    on
        stored.metric = expectations.metric
        and stored.category is not distinct from expectations.category
        and stored.scope = expectations.scope
        and stored.is_at_most = expectations.is_at_most
        and stored.target = expectations.target
        and stored.by_on = expectations.by_on
        and stored.from_on is not distinct from expectations.from_on
where expectations.decided_on is not null
