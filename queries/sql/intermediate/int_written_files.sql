-- One row per written file of a pull request into the default branch of a repository whose files
-- were read, with the time at which its guidance counts: of the merge, or of the opening if it was
-- not merged. Files that codify knowledge are left out.
select
    pull_requests.repo,
    pull_requests.number,
    coalesce(pull_requests.merged_at, pull_requests.opened_at) as happened_at,
    pull_requests.merged_at is not null as is_merged,
    files.path,
    files.area
from stg_changed_files as files
inner join int_pull_requests as pull_requests
    on pull_requests.repo = files.repo and pull_requests.number = files.number
inner join stg_repositories as repositories on repositories.repo = files.repo
semi join stg_knowledge_repositories as readable on readable.repo = files.repo
anti join stg_knowledge_files as knowledge
    on knowledge.repo = files.repo and knowledge.path = files.path
where
    pull_requests.base_branch = (repositories.node->'defaultBranchRef'->>'name')
    and is_written(files.path)
