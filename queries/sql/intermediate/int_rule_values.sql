-- One row per distinct value that a rule may look at, by the kind of thing it is.
select 'login' as field, login as value from int_logins
union
select 'login', lower(login) from int_co_authors where login is not null
union
select 'email', author_email from stg_commits where author_email is not null
union
select 'email', committer_email from stg_commits where committer_email is not null
union
select 'email', email from int_co_authors
union
select 'branch', head_branch from stg_pull_requests
union
select 'title', title from stg_pull_requests
union
select 'title', title from int_issues
union
select 'label', label from int_labels
union
select 'label', label from int_issue_label_intervals
union
select 'label', unnest(labels) from int_issues
union
select 'label', unnest(labels) from int_linked_issues
union
select 'milestone', title from stg_milestones
union
select 'milestone', milestone from int_issues where milestone is not null
union
select 'category', category from int_issues where category is not null
union
select 'type', type from int_issues where type is not null
union
select 'type', type from int_linked_issues where type is not null
union
select 'author', 'outside'
union
select 'role', role from int_listed_people where role is not null
union
select 'environment', environment from stg_deployments where environment is not null
union
select 'environment', environment from stg_imported_deployments
union
select 'environment', value from input_rules where kind = 'deployments'
union
select 'tag', tag from stg_releases
union
select 'tag', tag from stg_tags
union
select 'workflow', workflow from stg_workflow_runs
union
select 'body', body from stg_pull_requests where body <> ''
union
select 'comment', unnest(comments) from stg_pull_requests
union
select 'message', message from stg_commits
union
select 'trailer', trailer from int_trailers
union
select 'path', path from stg_changed_files
union
select 'title_words', work_type from int_title_words
union
select 'size', size from int_sizes
