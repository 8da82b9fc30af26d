-- Settings of this snapshot: one row. `cutoff` is the only clock of the models; they ignore later
-- events.
create temp table input_settings as
select
    $snapshot_id::varchar as snapshot_id,
    $as_of::date as as_of,
    $cutoff::timestamp as cutoff,
    $published_at::timestamp as published_at,
    $headway_version::varchar as headway_version,
    $contract_version::integer as contract_version,
    $is_synthetic::boolean as is_synthetic,
    $people::varchar as people,
    $pseudonym_key::varchar as pseudonym_key,
    $durable_days::integer as durable_days,
    $failure_days::integer as failure_days,
    $small_group::integer as small_group
