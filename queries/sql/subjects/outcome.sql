-- What rows of an outcome show: the issue, milestone or pull request that it rests on, and its pull
-- requests.
with own as (
    select
        *,
        try_cast(split_part(ref, '#', -1) as integer) as number
    from outcomes
    semi join listed on listed.key = outcomes.outcome_id
),

named as (
    select
        own.ref,
        items.title,
        items.url
    from own
    inner join issues as items
        on items.number = own.number and items.repo || '#' || items.number = own.ref
    union all
    select
        own.ref,
        items.title,
        items.url
    from own
    inner join pull_requests as items
        on items.number = own.number and items.repo || '#' || items.number = own.ref
    union all
    select url, title, url
    from milestones
    union all
    select key, title, url
    from experiments
    where source not in ('issue', 'pull request')
),

first_names as (
    select
        ref,
        any_value(title) as title,
        any_value(url) as url
    from named
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
    from own
    inner join outcome_items on outcome_items.outcome_id = own.outcome_id
    inner join pull_requests
        on pull_requests.repo = outcome_items.repo and pull_requests.number = outcome_items.number
    group by outcome_items.outcome_id
)

select
    own.repo,
    own.outcome_id as key,
    coalesce(first_names.title, own.ref) as title,
    own.kind,
    own.also_kinds,
    own.happened_on,
    own.durability,
    own.team,
    own.authorship,
    own.is_linked,
    linked.pull_requests,
    first_names.url
from own
left join first_names on first_names.ref = own.ref
left join linked on linked.outcome_id = own.outcome_id
