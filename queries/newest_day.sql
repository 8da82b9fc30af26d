-- The last complete UTC day that any repository was read through; without repositories, that an import tells of.
select (coalesce(
    (select max(observed_until) from ledger.github_repositories where gone_at is null),
    (select max(exported_at) from ledger.imports)
)::date - 1)::date
