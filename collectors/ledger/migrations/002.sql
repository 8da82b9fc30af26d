-- Issues in full, in the form of GraphQL like pull requests; milestones, discussions, and what is imported from files.

alter table github_issues add column details_version integer;

-- Those known from the change feed keep what it told, until they are read in full (a details_version under the newest).
update github_issues
set
    details_version = 0,
    node = json_object(
        '__typename', 'Issue',
        'id', (node->>'node_id'),
        'number', (node->>'number')::integer,
        'title', (node->>'title'),
        'body', (node->>'body'),
        'url', (node->>'html_url'),
        'state', upper(node->>'state'),
        'stateReason', upper(node->>'state_reason'),
        'createdAt', (node->>'created_at'),
        'updatedAt', (node->>'updated_at'),
        'closedAt', (node->>'closed_at'),
        'authorAssociation', (node->>'author_association'),
        'author', if(
            (node->'user'->>'login') is null,
            null,
            json_object('__typename', (node->'user'->>'type'), 'login', (node->'user'->>'login'))
        ),
        'milestone', null,
        'labels', node->'labels',
        'assignees', json_array(),
        'comments', json_array(),
        'closedByPullRequestsReferences', json_array(),
        'timelineItems', json_array()
    );

create table github_milestones (
    host varchar,
    repo_id bigint,
    node_id varchar,
    fetched_at timestamp,
    node json
);

create table github_discussions (
    host varchar,
    repo_id bigint,
    number integer,
    node_id varchar,
    updated_at timestamp,
    fetched_at timestamp,
    node json
);

-- One row per file that was taken in. `import_id` tells its content, kind and account, so the same file is one import.
create table imports (
    import_id varchar,
    kind varchar,
    source varchar,
    account varchar,
    file varchar,
    exported_at timestamp,
    loaded_at timestamp,
    rows_read bigint
);

create table imported_items (
    import_id varchar,
    line integer,
    key varchar,
    project varchar,
    number integer,
    title varchar,
    url varchar,
    type varchar,
    status varchar,
    labels varchar[],
    resolution varchar,
    author_kind varchar,
    opened_at timestamp,
    first_response_at timestamp,
    closed_at timestamp,
    updated_at timestamp
);

create table imported_incidents (
    import_id varchar,
    line integer,
    key varchar,
    title varchar,
    url varchar,
    service varchar,
    severity varchar,
    opened_at timestamp,
    resolved_at timestamp,
    caused_by varchar,
    updated_at timestamp
);

create table imported_experiments (
    import_id varchar,
    line integer,
    key varchar,
    title varchar,
    url varchar,
    repo varchar,
    started_at timestamp,
    shipped_at timestamp,
    decided_at timestamp,
    decision varchar,
    updated_at timestamp
);
