-- Columns and tables in the field's terms.

alter table github_repositories rename column observed_until to synced_until;
alter table github_repositories rename column gone_at to deleted_at;
alter table github_pull_requests rename column gone_at to deleted_at;
alter table github_issues rename column gone_at to deleted_at;
alter table github_discussions rename column gone_at to deleted_at;
alter table keepsakes rename to secrets;

-- Size, time of change and hash of each file of the inbox: a file that did not change is not read again.
create table inbox_files (
    path varchar,
    size bigint,
    modified_ns bigint,
    sha256 varchar
);
