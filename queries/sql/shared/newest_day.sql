-- The last complete UTC day that any repository in scope was read through; without any, that an
-- import tells of.
select (coalesce(
    (select max(synced_until) from input_repositories where deleted_at is null),
    (select max(exported_at) from ledger.imports)
)::date - 1)::date
