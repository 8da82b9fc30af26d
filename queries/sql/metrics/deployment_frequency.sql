-- Production deployments that worked, per week; releases, without prereleases, where a repository
-- has none.
select
    shipped_at::date as day,
    repo,
    shipment_key as key,
    1.0::double as value
from shipments
