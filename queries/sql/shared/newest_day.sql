-- Last complete UTC day that any repository in scope was read through; without repositories, that
-- an import covers.
select (coalesce(
    (select max(synced_until) from input_repositories where deleted_at is null),
    (select max(exported_at) from ledger.imports)
)::date - 1)::date
