-- This published file: one row.
-- Grain: one row. Columns are stable unless marked experimental.
--
-- id: name of the snapshot; a new publish has a greater one.
-- as_of: the last complete UTC day that the sources were read through; what happened later is not
--     in here.
-- published_at: when it was published, UTC.
-- headway_version: the Headway that published it.
-- contract_version: version of the published tables' names and meanings.
-- is_synthetic: whether this is the demo company.
select
    snapshot_id as id,
    as_of,
    published_at,
    headway_version,
    contract_version,
    is_synthetic
from input_settings
