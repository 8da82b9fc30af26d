-- One row per node with the set of linked work that it belongs to, which is named by its lowest
-- node.
with recursive links as (
    select pulls.node as one, issues.node as other
    from pull_request_issues as links
    inner join int_outcome_nodes as pulls
        on pulls.place = 2 and pulls.repo = links.repo and pulls.number = links.number
    inner join int_outcome_nodes as issues
        on
            issues.place = 1
            and issues.repo = links.issue_repo
            and issues.number = links.issue_number
    union
    select items.node, milestones.node
    from (
        select 1 as place, repo, number, milestone_number from stg_github_issues
        union all
        select 2, repo, number, milestone_number from stg_pull_requests
    ) as carried
    inner join int_outcome_nodes as items
        on
            items.place = carried.place
            and items.repo = carried.repo
            and items.number = carried.number
    inner join int_outcome_nodes as milestones
        on
            milestones.place = 0
            and milestones.repo = carried.repo
            and milestones.number = carried.milestone_number
),

edges as (
    select one, other from links
    union
    select other, one from links
),

reached(node, lowest) using key (node) as (
    select distinct one, one from edges
    union
    select edges.other, min(reached.lowest)
    from reached
    inner join edges on edges.one = reached.node
    inner join recurring.reached as before on before.node = edges.other
    where reached.lowest < before.lowest
    group by edges.other
)

select
    nodes.node,
    nodes.place,
    nodes.repo,
    nodes.number,
    nodes.ref,
    coalesce(reached.lowest, nodes.node) as lowest
from int_outcome_nodes as nodes
left join reached on reached.node = nodes.node
