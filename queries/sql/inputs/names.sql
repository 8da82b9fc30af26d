-- One row per account or label that was renamed: its newest name. `is_deleted` marks a label that
-- GitHub has no more.
create temp table input_newest_names as
select
    host,
    node_id,
    any_value(kind) as kind,
    arg_max(name, (seen_at, name)) filter (name <> '') as name,
    arg_max(name, (seen_at, name)) = '' as is_deleted
from ledger.github_names
group by host, node_id
having count(*) > 1 and bool_or(name <> '');

-- One row per document that contains a renamed account or label, with the newest names.
create temp table input_renamed_documents (
    host varchar, kind varchar, repo_id bigint, number bigint, node json
);

-- Documents of the ledger that contain the id of a renamed account or label.
create temp table input_old_documents as
with documents as (
    select 'pull request' as kind, host, repo_id, number, node::varchar as node
    from ledger.github_pull_requests
    where deleted_at is null
    union all
    select 'issue', host, repo_id, number, node::varchar
    from ledger.github_issues
    where deleted_at is null
    union all
    select 'discussion', host, repo_id, number, node::varchar
    from ledger.github_discussions
    where deleted_at is null
),

hosts as (
    select host, list(node_id) as node_ids
    from input_newest_names
    group by host
)

select
    documents.host,
    documents.kind,
    documents.repo_id,
    documents.number,
    documents.node
from documents
inner join hosts on hosts.host = documents.host
where list_has_any(regexp_extract_all(documents.node, '"id":"([^"]+)"', 1), hosts.node_ids);
