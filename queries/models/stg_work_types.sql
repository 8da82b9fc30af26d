-- One row per pull request: the work type of the first rule that matches.
with files as (
    select repo, number, list(path) as paths
    from stg_files
    group by repo, number
),

own_values as (
    select repo, number, 'title' as field, title as value from stg_pull_requests
    union all
    select repo, number, 'body', body from stg_pull_requests
    union all
    select repo, number, 'branch', head_branch from stg_pull_requests
    union all
    select repo, number, 'label', label from stg_labels
    union all
    select repo, number, 'linked_label', unnest(labels) from stg_linked_issues
),

matched as (
    select own_values.repo, own_values.number, rules.position
    from own_values
    inner join stg_rules as rules
        on
            rules.kind = 'work_types'
            and rules.field = own_values.field
            and regexp_matches(own_values.value, rules.pattern, 'i')
    union all
    select files.repo, files.number, rules.position
    from files
    inner join stg_rules as rules on rules.kind = 'work_types' and rules.field = 'paths'
    where len(list_filter(files.paths, lambda path: not regexp_matches(path, rules.pattern, 'i'))) = 0
    union all
    select rework_by.repo, rework_by.number, rules.position
    from (select distinct repo, number from stg_reverts where number is not null) as rework_by
    inner join stg_rules as rules on rules.kind = 'work_types' and rules.field = 'reference'
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
left join stg_rules as rules
    on rules.kind = 'work_types' and rules.position = first_matches.position
