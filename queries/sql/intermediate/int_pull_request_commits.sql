-- One row per commit that is known to belong to a pull request: its merge commit, and those on its
-- branch.
select repo, number, merge_commit as oid from int_pull_requests where merge_commit is not null
union
select repo, number, oid from stg_commits
