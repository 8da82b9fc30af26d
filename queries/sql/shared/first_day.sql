-- First UTC day of the ledger: of repositories in scope, of imported items and of spend.
select least(
    (select min((node->>'createdAt')::timestamp)::date from input_repositories),
    (select min(day) from ledger.spend_partitions),
    (select min(opened_at)::date from ledger.imported_items)
)
