-- Months in which other pull requests or issues are here than GitHub counts, the newest first:
-- above 0 so many are missing here, below 0 GitHub does not count so many.
select
    reconciliation.repo,
    reconciliation.month,
    replace(reconciliation.kind, '_', ' ') || 's' as kind,
    reconciliation.stored as here,
    reconciliation.at_github,
    reconciliation.difference,
    reconciliation.counted_until as counted_through,
    reconciliation.counted_at
from reconciliation
inner join repositories on repositories.repo = reconciliation.repo
where reconciliation.difference <> 0 and repositories.deleted_at is null
order by reconciliation.month desc, reconciliation.repo, reconciliation.kind
