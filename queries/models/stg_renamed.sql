-- One row per account or label that has been seen under another name than the one it has: its newest name. A label that
-- `is_gone` was deleted. `pattern` finds its name, which stands right before its id, in a document.
with newest as (
    select
        host,
        node_id,
        arg_max(name, (seen_at, name)) filter (name <> '') as name,
        arg_max(name, (seen_at, name)) = '' as is_gone
    from ledger.github_names
    group by host, node_id
    having count(*) > 1
)

select
    host,
    node_id,
    name,
    is_gone,
    '"(login|name)":"(?:[^"\\]|\\.)*","id":"' || regexp_escape(node_id) || '"' as pattern
from newest
where name is not null
