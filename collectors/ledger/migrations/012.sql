-- Files that codify knowledge: facts of their texts, their changes, and the versions of CODEOWNERS.

create table github_knowledge_files (
    host varchar,
    repo_id bigint,
    path varchar,
    oid varchar,
    kind varchar,
    covers varchar,
    is_link boolean,
    size bigint,
    facts json,
    deleted_at timestamp,
    read_at timestamp
);

-- Changes of a file on the default branch; `blob` is null if the change deleted it.
create table github_knowledge_edits (
    host varchar,
    repo_id bigint,
    path varchar,
    commit varchar,
    committed_at timestamp,
    blob varchar
);

create table github_codeowners (
    host varchar,
    repo_id bigint,
    path varchar,
    valid_from timestamp,
    rules json
);
