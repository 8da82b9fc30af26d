-- Milestones, with how much work carries them as of the last reading.
-- Grain: repo, number. Columns are stable unless marked experimental.
--
-- repo: owner/name.
-- number: its number among the milestones of the repository.
-- title: the title, e-mail addresses masked.
-- url: its address.
-- state: open or closed.
-- due_on: the day it is due; null where none is set.
-- created_at: when it was made, UTC.
-- closed_at: when it was closed, UTC; null while open.
-- is_capability: a rule of kind capability matches its title.
-- issue_count: issues that carry it.
-- pull_request_count: pull requests that carry it.
with issues as (
    select repo, milestone_number as number, count(*) as n
    from stg_github_issues
    where milestone_number is not null
    group by all
),

pull_requests as (
    select repo, milestone_number as number, count(*) as n
    from stg_pull_requests
    where milestone_number is not null
    group by all
)

select
    found.repo,
    found.number,
    found.title,
    found.url,
    if(found.closed_at is null, 'open', 'closed') as state,
    found.due_at::date as due_on,
    found.created_at,
    found.closed_at,
    exists (
        select 1
        from int_label_kinds as kinds
        where
            kinds.repo = found.repo
            and kinds.item = 'milestone'
            and kinds.number = found.number
            and kinds.kind = 'capability'
    ) as is_capability,
    coalesce(issues.n, 0)::integer as issue_count,
    coalesce(pull_requests.n, 0)::integer as pull_request_count
from stg_milestones as found
left join issues on issues.repo = found.repo and issues.number = found.number
left join pull_requests on pull_requests.repo = found.repo and pull_requests.number = found.number
order by found.repo, found.number
