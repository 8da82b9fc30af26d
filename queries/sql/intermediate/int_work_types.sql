-- One row per pull request: the work type of the first rule that matches.
with own_values as (
    select repo, number, 'title' as field, title as value from stg_pull_requests
    union all
    select repo, number, 'body', body from stg_pull_requests
    union all
    select repo, number, 'branch', head_branch from stg_pull_requests
    union all
    select repo, number, 'label', label from int_labels
    union all
    select repo, number, 'linked_label', unnest(labels) from int_linked_issues
),

matches as (
    select position, rule_field, value
    from int_rule_matches
    where kind = 'work_types'
),

paths as (
    select repo, number, count(distinct path) as paths
    from stg_changed_files
    group by repo, number
),

matched_paths as (
    select files.repo, files.number, matches.position, count(distinct files.path) as paths
    from stg_changed_files as files
    inner join matches on matches.rule_field = 'paths' and matches.value = files.path
    group by files.repo, files.number, matches.position
),

matched as (
    select own_values.repo, own_values.number, matches.position
    from own_values
    inner join matches on matches.rule_field = own_values.field and matches.value = own_values.value
    union all
    select matched_paths.repo, matched_paths.number, matched_paths.position
    from matched_paths
    inner join paths on paths.repo = matched_paths.repo and paths.number = matched_paths.number
    where paths.paths = matched_paths.paths
    union all
    select reverts.repo, reverts.number, rules.position
    from int_reverts as reverts
    inner join input_rules as rules on rules.kind = 'work_types' and rules.field = 'reference'
    where reverts.number is not null
),

first_matches as (
    select repo, number, min(position) as position
    from matched
    group by repo, number
)

select
    pull_requests.repo,
    pull_requests.number,
    coalesce(rules.value, 'unclassified') as work_type,
    rules.rule as work_type_rule
from stg_pull_requests as pull_requests
left join first_matches
    on first_matches.repo = pull_requests.repo and first_matches.number = pull_requests.number
left join input_rules as rules
    on rules.kind = 'work_types' and rules.position = first_matches.position
