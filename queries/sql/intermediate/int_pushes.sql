-- One row per commit that was pushed to the default branch without a pull request. The
-- committer pushed it: with `git am`, the author is another person. For an edit on GitHub's pages the
-- committer is GitHub itself, and the author made it.
with commits_of as (
    select repo, number, count(*) as commits
    from stg_commits
    group by repo, number
),

-- a rebase gives the commits of a pull request new ids: they precede its merge commit
landings as (
    select merges.repo, merges.position - commits_of.commits + 1 as first, merges.position as last
    from int_pull_requests as pull_requests
    inner join stg_default_branch_commits as merges
        on merges.repo = pull_requests.repo and merges.oid = pull_requests.merge_commit
    inner join commits_of
        on commits_of.repo = pull_requests.repo and commits_of.number = pull_requests.number
)

select
    commits.repo,
    commits.oid,
    coalesce(
        former_logins.login, nullif(lower(commits.committer), 'web-flow'), lower(commits.author)
    ) as login,
    commits.committed_at as pushed_at
from stg_default_branch_commits as commits
left join int_former_logins as former_logins
    on
        former_logins.former = coalesce(
            nullif(lower(commits.committer), 'web-flow'), lower(commits.author)
        )
anti join int_pull_request_commits as known
    on known.repo = commits.repo and known.oid = commits.oid
anti join landings
    on
        landings.repo = commits.repo
        and commits.position between landings.first and landings.last
where
    commits.is_first_parent
    and not regexp_matches(commits.message, '^Merge pull request #[0-9]|^[^\n]*\((?:#|GH-)[0-9]+\)\s*(\n|$)')
