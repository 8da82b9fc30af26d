-- The rules and settings in force, and how much each matched.
-- Grain: kind, rule. Columns are stable unless marked experimental.
--
-- kind: ai_signals, work_types, label_rules, deployments, path_classes, work_categories, review_rules
--     or settings.
-- rule: its name.
-- position: its place among its kind; the first match wins.
-- field: what it looks at.
-- pattern: regular expression, upper and lower case alike; null where it names e-mail addresses.
-- value: what it says of a match; for settings the value.
-- tier: high, medium or low certainty, of AI signals; low never decides.
-- tool: the tool that an AI signal identifies.
-- source: product, user or headway.toml.
-- repositories: regular expression for the repositories it is limited to; null for all.
-- limits: further conditions of a work category or a review; null without one.
-- matched: pull requests it matched (AI signals) or decided (work types, categories, reviews), files
--     (path classes), pull requests, issues, deployments and releases it marks (labels), or workflow
--     runs and tags (deployments).
with matches as (
    select 'ai_signals' as kind, rule, count(distinct (repo, number)) as matched
    from int_ai_matches
    group by rule
    union all
    select 'work_types', work_type_rule, count(*)
    from int_work_types
    where work_type_rule is not null
    group by work_type_rule
    union all
    select 'work_categories', work_category_rule, count(*)
    from int_work_categories
    where work_category_rule is not null
    group by work_category_rule
    union all
    select 'review_rules', rule, count(*)
    from int_review_exemptions
    group by rule
    union all
    select 'path_classes', rule, count(*)
    from int_rule_matches
    where kind = 'path_classes'
    group by rule
    union all
    select 'label_rules', rule, count(distinct (repo, item, number))
    from int_label_kinds
    group by rule
    union all
    select 'label_rules', matches.rule, count(*)
    from int_rule_matches as matches
    inner join int_deployments as deployments on deployments.environment = matches.value
    where matches.kind = 'label_rules' and matches.field = 'environment'
    group by matches.rule
    union all
    select 'label_rules', matches.rule, count(*)
    from int_rule_matches as matches
    inner join stg_releases as releases on releases.tag = matches.value
    where matches.kind = 'label_rules' and matches.field = 'tag'
    group by matches.rule
    union all
    select 'deployments', matches.rule, count(*)
    from int_rule_matches as matches
    inner join (
        select 'workflow' as field, workflow as value from stg_workflow_runs
        union all
        select 'tag', tag from stg_tags
    ) as items
        on items.field = matches.field and items.value = matches.value
    where matches.kind = 'deployments'
    group by matches.rule
)

select
    rules.kind,
    rules.rule,
    rules.position,
    rules.field,
    if(rules.field = 'email' or contains(rules.pattern, '@'), null, rules.pattern) as pattern,
    rules.value,
    rules.tier,
    rules.tool,
    rules.source,
    rules.repositories,
    nullif(concat_ws(
        ', ',
        'at most ' || rules.max_lines || ' lines of source',
        'at most ' || rules.max_files || ' files of source',
        'at least ' || rules.min_lines || ' lines of source',
        'at least ' || rules.min_areas || ' areas',
        'at least ' || rules.min_deleted || ' % deleted lines'
    ), '') as limits,
    if(rules.kind = 'settings', null, coalesce(matches.matched, 0)) as matched
from input_rules as rules
left join matches on matches.kind = rules.kind and matches.rule = rules.rule
order by rules.kind, rules.position
