-- One row per commit of the default branch that changed a file that codifies knowledge; `blob` is
-- null if it deleted the file.
select
    repositories.repo,
    held.path,
    held.commit,
    held.committed_at,
    held.blob
from ledger.github_knowledge_edits as held
inner join stg_repositories as repositories
    on repositories.host = held.host and repositories.repo_id = held.repo_id
cross join input_settings as settings
where held.committed_at < settings.cutoff
