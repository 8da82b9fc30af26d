-- Decided expectations of the ledger.
select *
from ledger.published_expectations
