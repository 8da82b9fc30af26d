-- This published file: one row.
-- Grain: one row. Stable.
--
-- id: name of the snapshot; a new publish has a greater one. Stable.
-- as_of: the last complete UTC day that the sources were read through; what happened later is not in here. Stable.
-- published_at: when it was published, UTC. Stable.
-- headway_version: the Headway that published it. Stable.
-- contract_version: version of the published tables' names and meanings. Stable.
-- is_synthetic: whether this is the demo company. Stable.
select
    snapshot_id as id,
    as_of,
    published_at,
    headway_version,
    contract_version,
    is_synthetic
from stg_settings
