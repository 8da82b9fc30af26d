-- One row per pull request: the work type of the first rule that matches, and the reason.
with own_values as (
    select repo, number, 'title' as field, title as value from stg_pull_requests
    union all
    select repo, number, 'body', body from stg_pull_requests
    union all
    select repo, number, 'branch', head_branch from stg_pull_requests
    union all
    select repo, number, 'label', label from int_labels
    union all
    select repo, number, 'linked_type', type from int_linked_issues where type is not null
    union all
    select repo, number, 'linked_label', unnest(labels) from int_linked_issues
    union all
    select pull_requests.repo, pull_requests.number, 'title_words', words.work_type
    from stg_pull_requests as pull_requests
    inner join int_title_words as words on words.title = pull_requests.title
    union all
    select repo, number, 'size', size from int_sizes
),

matches as (
    select position, rule_field, value, part
    from int_rule_matches
    where kind = 'work_types'
),

matched as (
    select own_values.repo, own_values.number, matches.position, matches.value, matches.part
    from own_values
    inner join matches on matches.rule_field = own_values.field and matches.value = own_values.value
    union all
    select repo, number, position, null, null
    from int_path_matches
    where kind = 'work_types'
    union all
    select reverts.repo, reverts.number, rules.position, null, null
    from int_reverts as reverts
    inner join input_rules as rules on rules.kind = 'work_types' and rules.field = 'reference'
    where reverts.number is not null
),

-- rules that are limited to other repositories
other_rules as (
    select repositories.repo, rules.position
    from input_rules as rules
    cross join stg_repositories as repositories
    where
        rules.kind = 'work_types'
        and not regexp_full_match(repositories.repo, rules.repositories, 'i')
),

first_matches as (
    select
        matched.repo,
        matched.number,
        min(matched.position) as position,
        arg_min(matched.value, (matched.position, matched.value)) as value,
        arg_min(matched.part, (matched.position, matched.value)) as part
    from matched
    anti join other_rules
        on other_rules.repo = matched.repo and other_rules.position = matched.position
    group by matched.repo, matched.number
)

select
    pull_requests.repo,
    pull_requests.number,
    coalesce(rules.value, 'unclassified') as work_type,
    rules.rule as work_type_rule,
    mask_emails(
        case rules.field
            when 'title' then 'title "' || trim(first_matches.part) || '"'
            when 'body' then 'body "' || trim(first_matches.part) || '"'
            when 'branch' then 'branch "' || first_matches.part || '"'
            when 'label' then 'label "' || first_matches.value || '"'
            when 'linked_type' then 'type "' || first_matches.value || '" of the linked issue'
            when 'linked_label' then 'label "' || first_matches.value || '" of the linked issue'
            when 'title_words' then 'title ' || array_to_string(words.reasons, ', ')
            when 'size' then 'lines ' || first_matches.value
            when 'paths' then 'paths of all changed files'
            when 'reference' then 'reverts a merged change'
        end
    ) as work_type_reason
from stg_pull_requests as pull_requests
left join first_matches
    on first_matches.repo = pull_requests.repo and first_matches.number = pull_requests.number
left join input_rules as rules
    on rules.kind = 'work_types' and rules.position = first_matches.position
left join int_title_words as words on words.title = pull_requests.title
