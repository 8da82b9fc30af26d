-- Columns and tables in the field's terms.

alter table github_repositories rename column observed_until to synced_until;
alter table github_repositories rename column gone_at to deleted_at;
alter table github_pull_requests rename column gone_at to deleted_at;
alter table github_issues rename column gone_at to deleted_at;
alter table github_discussions rename column gone_at to deleted_at;
alter table keepsakes rename to secrets;
