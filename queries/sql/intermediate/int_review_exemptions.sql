-- One row per pull request that needs no review, by the first of the rules of its repository.
select
    categories.repo,
    categories.number,
    arg_min(rules.rule, rules.position) as rule
from int_work_categories as categories
inner join int_file_mixes as mixes
    on mixes.repo = categories.repo and mixes.number = categories.number
inner join input_rules as rules
    on
        rules.kind = 'review_rules'
        and regexp_matches(categories.work_category, rules.pattern, 'i')
where
    (rules.repositories is null or regexp_full_match(categories.repo, rules.repositories, 'i'))
    and (rules.max_lines is null or mixes.source_lines <= rules.max_lines)
group by categories.repo, categories.number
