-- One row per repository whose files were listed and read to their end.
select repositories.repo
from stg_repositories as repositories
inner join ledger.watermarks as watermarks
    on
        watermarks.source = 'github'
        and watermarks.name = 'knowledge'
        and watermarks.scope = repositories.host || '/' || repositories.repo_id
