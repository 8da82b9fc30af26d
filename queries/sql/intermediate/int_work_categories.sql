-- One row per pull request: the work category of the first rule that matches, and the reason. A
-- rule with limits needs known files. What no rule matches is product work; without known files it
-- is unclassified.
with own_values as (
    select repo, number, 'title' as field, title as value from stg_pull_requests
    union all
    select repo, number, 'branch', head_branch from stg_pull_requests
    union all
    select repo, number, 'label', label from int_labels
    union all
    select repo, number, 'linked_label', unnest(labels) from int_linked_issues
),

mixed as (
    select repo, number, 'classes' as field, classes as value from int_file_mixes
    union all
    select repo, number, 'largest', largest from int_file_mixes
    union all
    -- words of a title alone are weak evidence
    select
        repo,
        number,
        'work_type',
        work_type || if(ends_with(work_type_rule, '-words'), ' by words', '')
    from int_work_types
),

mix_matches as (
    select found.field, found.value, rules.position
    from (select distinct field, value from mixed) as found
    inner join input_rules as rules
        on rules.kind = 'work_categories' and rules.field = found.field
    where regexp_matches(found.value, rules.pattern, 'i')
),

matched as (
    select own_values.repo, own_values.number, matches.position, matches.value, matches.part
    from own_values
    inner join int_rule_matches as matches
        on
            matches.kind = 'work_categories'
            and matches.rule_field = own_values.field
            and matches.value = own_values.value
    union all
    select mixed.repo, mixed.number, mix_matches.position, mixed.value, null
    from mixed
    inner join mix_matches
        on mix_matches.field = mixed.field and mix_matches.value = mixed.value
    union all
    select repo, number, position, null, null
    from int_path_matches
    where kind = 'work_categories'
),

first_matches as (
    select
        matched.repo,
        matched.number,
        min(matched.position) as position,
        arg_min(matched.value, (matched.position, matched.value)) as value,
        arg_min(matched.part, (matched.position, matched.value)) as part
    from matched
    inner join input_rules as rules
        on rules.kind = 'work_categories' and rules.position = matched.position
    left join int_file_mixes as mixes
        on mixes.repo = matched.repo and mixes.number = matched.number
    where
        (rules.repositories is null or regexp_full_match(matched.repo, rules.repositories, 'i'))
        and (rules.max_lines is null or mixes.source_lines <= rules.max_lines)
        and (rules.max_files is null or mixes.source_files <= rules.max_files)
        and (rules.min_lines is null or mixes.source_lines >= rules.min_lines)
        and (rules.min_areas is null or mixes.source_areas >= rules.min_areas)
        and (rules.min_deleted is null or mixes.deleted >= rules.min_deleted)
    group by matched.repo, matched.number
)

select
    pull_requests.repo,
    pull_requests.number,
    case
        when rules.value is not null then rules.value
        when mixes.number is null then 'unclassified'
        else 'product work'
    end as work_category,
    rules.rule as work_category_rule,
    mask_emails(concat_ws(
        ', ',
        case rules.field
            when 'title' then if(rules.pattern = '.', null, 'title "' || trim(first_matches.part) || '"')
            when 'branch' then 'branch "' || first_matches.part || '"'
            when 'label' then 'label "' || first_matches.value || '"'
            when 'linked_label' then 'label "' || first_matches.value || '" of the linked issue'
            when 'work_type' then 'work type ' || first_matches.value
            when 'classes' then 'files: ' || replace(first_matches.value, ' ', ', ')
            when 'largest' then 'most lines: ' || first_matches.value
            when 'paths' then 'paths of all changed files'
        end,
        if(
            coalesce(rules.max_lines, rules.min_lines) is not null,
            mixes.source_lines || ' lines of source',
            null
        ),
        if(
            coalesce(rules.max_files, 0) > 0,
            mixes.source_files || if(mixes.source_files = 1, ' file', ' files') || ' of source',
            if(rules.max_files = 0, 'no source', null)
        ),
        if(rules.min_areas is not null, mixes.source_areas || ' areas', null),
        if(rules.min_deleted is not null, round(mixes.deleted)::integer || ' % deleted lines', null)
    )) as work_category_reason
from stg_pull_requests as pull_requests
left join first_matches
    on first_matches.repo = pull_requests.repo and first_matches.number = pull_requests.number
left join input_rules as rules
    on rules.kind = 'work_categories' and rules.position = first_matches.position
left join int_file_mixes as mixes
    on mixes.repo = pull_requests.repo and mixes.number = pull_requests.number
