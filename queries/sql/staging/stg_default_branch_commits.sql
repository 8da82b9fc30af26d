-- One row per commit of the default branch before the cutoff; `position` is its place in the
-- branch, oldest first. `is_first_parent` marks those that the branch itself got: the others came
-- with a merge.
select
    repositories.repo,
    held.oid,
    held.position,
    utc(held.node->>'committedDate') as committed_at,
    prose(coalesce(held.node->>'message', '')) as message,
    login_of(held.node->'author'->'user'->>'login') as author,
    login_of(held.node->'committer'->'user'->>'login') as committer,
    coalesce((held.node->>'isFirstParent')::boolean, false) as is_first_parent
from ledger.github_commits as held
inner join stg_repositories as repositories
    on repositories.host = held.host and repositories.repo_id = held.repo_id
cross join input_settings as settings
where utc(held.node->>'committedDate') < settings.cutoff
