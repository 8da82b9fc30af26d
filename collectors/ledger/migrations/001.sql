-- The first ledger: what GitHub said of repositories, pull requests, issues, releases, deployments and commits.
-- Times are UTC. `node` is the vendor's JSON. No primary keys: rows arrive by `merge into` from deduplicated frames.

create table migrations (
    number integer,
    applied_at timestamp,
    headway_version varchar
);

-- Things made once and kept, such as the key of pseudonyms.
create table keepsakes (
    name varchar,
    value varchar
);

create table watermarks (
    source varchar,
    scope varchar,
    name varchar,
    value json,
    updated_at timestamp
);

create table loads (
    load_id varchar,
    source varchar,
    scope varchar,
    started_at timestamp,
    finished_at timestamp,
    status varchar,
    rows_read bigint,
    requests bigint,
    message varchar
);

create table github_repositories (
    host varchar,
    repo_id bigint,
    repo varchar,
    asked_as varchar,
    node json,
    fetched_at timestamp,
    observed_until timestamp,
    gone_at timestamp
);

create table github_pull_requests (
    host varchar,
    repo_id bigint,
    number integer,
    node_id varchar,
    updated_at timestamp,
    details_version integer,
    fetched_at timestamp,
    node json
);

create table github_issues (
    host varchar,
    repo_id bigint,
    number integer,
    node_id varchar,
    updated_at timestamp,
    fetched_at timestamp,
    node json
);

create table github_releases (
    host varchar,
    repo_id bigint,
    node_id varchar,
    fetched_at timestamp,
    node json
);

create table github_deployments (
    host varchar,
    repo_id bigint,
    node_id varchar,
    fetched_at timestamp,
    node json
);

-- `position` counts the commits of the default branch from its first; the newest has the highest.
create table github_commits (
    host varchar,
    repo_id bigint,
    oid varchar,
    position bigint,
    node json
);

-- What changed and has not been read in full yet.
create table github_queue (
    host varchar,
    repo_id bigint,
    number integer,
    node_id varchar,
    updated_at timestamp,
    queued_at timestamp,
    attempts integer,
    reason varchar
);

-- The people file as it was last read without an error.
create table people (
    login varchar,
    email varchar,
    team varchar,
    role varchar,
    level varchar,
    from_on date,
    to_on date
);
