-- Files that are written to guide tools, and cover no path: their history or scope is not known.
select repo, path
from knowledge_files
where
    level is null
    and deleted_at is null
    and kind not in (
        'contributing', 'testing', 'style', 'architecture', 'security', 'runbook', 'adr', 'rfc'
    )
    and ($repo is null or repo = $repo)
order by repo, path
limit 50
