-- The last complete UTC day that any repository was read through.
select (max(observed_until)::date - 1)::date
from ledger.github_repositories
where gone_at is null
