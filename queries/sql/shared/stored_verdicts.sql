-- Decisions of the ledger without their inputs.
select * exclude (inputs)
from ledger.published_verdicts
