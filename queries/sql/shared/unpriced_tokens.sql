-- Tokens of the ledger that no amount is known for: what a list price must be found for.
select distinct
    held.provider,
    held.model,
    held.token_type,
    date_trunc('month', partitions.day)::date as month
from ledger.spend_rows as held
inner join ledger.spend_partitions as partitions on partitions.partition_id = held.partition_id
where
    held.amount is null
    and held.list_amount is null
    and held.model is not null
    and held.token_type in ('input', 'cached input', 'cache write', 'output')
order by all
