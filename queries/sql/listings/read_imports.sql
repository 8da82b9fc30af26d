-- Projects of other trackers, and the time of the newest export that contains them.
select
    repo as project,
    host as source,
    synced_until as exported_at
from repositories
where is_imported
order by synced_until, repo
