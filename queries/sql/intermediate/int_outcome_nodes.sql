-- One row per milestone that is a capability, issue and pull request. `node` numbers them,
-- milestones before issues before pull requests, so that the lowest of a set stays when a pull
-- request is added.
with found as (
    select 0 as place, repo, number, url as ref
    from milestones
    where is_capability
    union all
    select 1, repo, number, repo || '#' || number
    from issues
    union all
    select 2, repo, number, repo || '#' || number
    from pull_requests
)

select
    row_number() over (order by place, repo, number) as node,
    place,
    repo,
    number,
    ref
from found
