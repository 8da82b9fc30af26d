-- One row per distinct value that a rule may look at, by the kind of thing it is.
select 'login' as field, login as value from stg_logins
union
select 'login', lower(login) from stg_co_authors where login is not null
union
select 'email', author_email from stg_commits where author_email is not null
union
select 'email', committer_email from stg_commits where committer_email is not null
union
select 'email', email from stg_co_authors
union
select 'branch', head_branch from stg_pull_requests
union
select 'title', title from stg_pull_requests
union
select 'title', title from stg_issues
union
select 'label', label from stg_labels
union
select 'label', label from stg_issue_label_times
union
select 'label', unnest(labels) from stg_issues
union
select 'label', unnest(labels) from stg_linked_issues
union
select 'milestone', title from stg_milestones
union
select 'milestone', milestone from stg_issues where milestone is not null
union
select 'category', category from stg_issues where category is not null
union
select 'type', type from stg_issues where type is not null
union
select 'author', 'outside'
union
select 'role', role from stg_people where role is not null
union
select 'body', body from stg_pull_requests where body <> ''
union
select 'message', message from stg_commits
union
select 'trailer', trailer from stg_trailers
union
select 'path', path from stg_files
