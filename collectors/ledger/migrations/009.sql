-- Tags and runs of workflows that are deployments by rule, and what commits contain that the default
-- branch itself does not have.

create table github_tags (
    host varchar,
    repo_id bigint,
    node_id varchar,
    fetched_at timestamp,
    node json
);

create table github_workflow_runs (
    host varchar,
    repo_id bigint,
    run_id bigint,
    fetched_at timestamp,
    node json
);

create table github_ancestries (
    host varchar,
    repo_id bigint,
    oid varchar,
    fetched_at timestamp,
    node json
);
