-- One row per value that an AI rule can match: what it belongs to, and which field of the rules it is.
-- `place` is set where the value belongs to the author of one commit.
with texts as (
    select repo, number, 'body' as field, body as value from stg_pull_requests
    union all
    select repo, number, 'message', message from stg_commits
)

select repo, number, null as place, 'login' as field, author as value, true as is_opener
from stg_pull_requests
union all
select repo, number, place, 'login', author, false
from stg_commits
union all
select repo, number, null, 'login', committer, false
from stg_commits
union all
select repo, number, place, 'email', author_email, false
from stg_commits
union all
select repo, number, null, 'email', committer_email, false
from stg_commits
union all
select repo, number, null, 'email', email, false
from stg_co_authors
union all
select repo, number, null, 'email', lower(unnest(regexp_extract_all(body, '(?im)^co-authored-by:.*<([^>]*)>', 1))), false
from stg_pull_requests
union all
select repo, number, null, 'branch', head_branch, false
from stg_pull_requests
union all
select repo, number, null, 'title', title, false
from stg_pull_requests
union all
select repo, number, null, 'label', label, false
from stg_labels
union all
select repo, number, null, field, value, false
from texts
union all
select repo, number, null, 'text', value, false
from texts
union all
select texts.repo, texts.number, null, 'trailer', found.line, false
from texts
cross join unnest(regexp_extract_all(texts.value, '(?m)^[\w-]+:.*$')) as found(line)
