-- One row per account or label that has been seen under another name than the one it has: its
-- newest name. A label that `is_gone` was deleted.
select
    host,
    node_id,
    any_value(kind) as kind,
    arg_max(name, (seen_at, name)) filter (name <> '') as name,
    arg_max(name, (seen_at, name)) = '' as is_gone
from ledger.github_names
group by host, node_id
having count(*) > 1 and bool_or(name <> '')
