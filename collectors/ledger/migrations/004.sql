-- What GitHub no longer shows, the names that things have had, and what GitHub counts.

alter table github_pull_requests add column gone_at timestamp;
alter table github_issues add column gone_at timestamp;
alter table github_discussions add column gone_at timestamp;

-- Every name that an account or a label was seen under; the one seen last is its name, and an empty one says that it is
-- gone.
create table github_names (
    host varchar,
    node_id varchar,
    kind varchar,
    name varchar,
    seen_at timestamp
);

-- How many pull requests and issues of a month GitHub counts, created up to a day that was complete by then.
create table github_counts (
    host varchar,
    repo_id bigint,
    kind varchar,
    month date,
    at_github bigint,
    counted_until date,
    counted_at timestamp
);

-- Nothing ever wrote to it: what a snapshot showed of persons' spend is kept beside that snapshot.
drop table frozen_cells;
