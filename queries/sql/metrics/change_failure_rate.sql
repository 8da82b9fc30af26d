-- Of production deployments in the window that worked (releases where a repository has none), the
-- share that a revert, a hotfix or an incident followed within `failure_days` for a change they
-- shipped; each counts once. Missing where no rework was linked in the repository in the year
-- around it, so that a failure could not be seen, and while `failure_days` have not passed.
select
    shipped_at::date as day,
    repo,
    shipment_key as key,
    if(is_observable and not is_provisional, has_failed::integer::double, null) as value
from shipments
