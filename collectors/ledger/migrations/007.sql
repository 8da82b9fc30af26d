-- Deployments that are imported from files.

create table imported_deployments (
    import_id varchar,
    line integer,
    key varchar,
    repo varchar,
    environment varchar,
    commit varchar,
    status varchar,
    url varchar,
    deployed_at timestamp,
    updated_at timestamp
);
