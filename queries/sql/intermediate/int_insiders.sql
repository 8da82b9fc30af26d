-- One row per account and owner of repositories with the first act there that needs write or triage
-- access: a merge, a push to the default branch, or a label, assignment or close of another author's
-- item. GitHub hides private memberships from some tokens, so its association alone is not enough.
with items as (
    select repo, 'pull request' as tracker, number, author from int_pull_requests
    union all
    select repo, 'issue', number, author from stg_github_issues
),

acts as (
    select repo, merged_by as login, merged_at as acted_at
    from int_pull_requests
    where merged_at is not null
    union all
    select events.repo, events.actor, events.happened_at
    from stg_events as events
    inner join items
        on
            items.repo = events.repo
            and items.tracker = events.tracker
            and items.number = events.number
    where
        events.is_past
        and events.type in ('LabeledEvent', 'UnlabeledEvent', 'AssignedEvent', 'ClosedEvent')
        and lower(events.actor) is distinct from lower(items.author)
    union all
    select repo, login, pushed_at from int_pushes
    union all
    select repo, author, opened_at
    from int_pull_requests
    where author_association in ('OWNER', 'MEMBER', 'COLLABORATOR')
    union all
    select repo, login, replied_at
    from stg_replies
    where association in ('OWNER', 'MEMBER', 'COLLABORATOR')
)

select
    regexp_replace(acts.repo, '/[^/]+$', '') as owner,
    lower(acts.login) as login,
    min(acts.acted_at) as since
from acts
where acts.login is not null
group by all
