-- One row per account seen anywhere; `is_personal` where GitHub calls it a person's.
with seen as (
    select author as login, author_type as type from stg_pull_requests
    union all
    select merged_by, merged_by_type from stg_pull_requests
    union all
    select actor, actor_type from stg_events
    union all
    select assignee, assignee_type from stg_events where tracker = 'pull request'
    union all
    select login_of(node.login), node.__typename
    from (select unnest(assignee_nodes) as node from stg_pull_requests)
    union all
    select login, account_type from stg_replies
    union all
    select author, author_type from stg_commits
    union all
    select committer, committer_type from stg_commits
    union all
    select author, author_type from stg_github_issues
    union all
    select login, account_type from stg_issue_replies
    union all
    select author, author_type from stg_discussions
    union all
    select answer_chosen_by, answer_chosen_by_type from stg_discussions
)

select
    lower(login) as login,
    bool_or(type in ('User', 'Mannequin', 'EnterpriseUserAccount')) as is_personal
from seen
where login is not null
group by lower(login)
