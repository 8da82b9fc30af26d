-- What rows of an outcome show: the issue, milestone or pull request that it rests on, and its pull
-- requests.
with items as (
    select repo || '#' || number as ref, title, url
    from issues
    union all
    select repo || '#' || number, title, url
    from pull_requests
    union all
    select url, title, url
    from milestones
    union all
    select key, title, url
    from experiments
    where source not in ('issue', 'pull request')
),

named as (
    select
        ref,
        any_value(title) as title,
        any_value(url) as url
    from items
    group by ref
),

linked as (
    select
        outcome_items.outcome_id,
        list(
            pull_requests.url
            order by pull_requests.merged_at,
            pull_requests.number
        ) as pull_requests
    from outcome_items
    inner join pull_requests
        on pull_requests.repo = outcome_items.repo and pull_requests.number = outcome_items.number
    group by outcome_items.outcome_id
)

select
    outcomes.repo,
    outcomes.outcome_id as key,
    coalesce(named.title, outcomes.ref) as title,
    outcomes.kind,
    outcomes.also_kinds,
    outcomes.happened_on,
    outcomes.durability,
    outcomes.team,
    outcomes.authorship,
    outcomes.is_linked,
    linked.pull_requests,
    named.url
from outcomes
left join named on named.ref = outcomes.ref
left join linked on linked.outcome_id = outcomes.outcome_id
