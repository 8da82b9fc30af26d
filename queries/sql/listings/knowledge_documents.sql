-- Documents that guide changes today: stale ones first, then those with most changes in their scope
-- in a year.
select
    repo,
    path,
    level,
    owner_kind,
    owner,
    owner_level,
    owner_is_senior,
    is_stale,
    last_edited_at::date as last_edited_on,
    changes_since,
    changes_of_year,
    rules
from knowledge_files
where level is not null and deleted_at is null and ($repo is null or repo = $repo)
order by is_stale desc, changes_of_year desc nulls last, repo, path
limit 50
