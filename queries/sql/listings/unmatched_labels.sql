-- Labels of pull requests and issues that no rule looks for, the commonest first.
with carried as (
    select
        unnest(labels) as label,
        'pull request' as item
    from pull_requests
    union all
    select
        unnest(labels),
        'issue'
    from issues
),

counted as (
    select
        label,
        count(*) filter (item = 'pull request') as pull_requests,
        count(*) filter (item = 'issue') as issues
    from carried
    group by label
)

select
    counted.label,
    counted.pull_requests,
    counted.issues
from counted
where not exists (
    select 1
    from rules
    where
        rules.field in ('label', 'linked_label')
        and regexp_matches(counted.label, rules.pattern, 'i')
)
order by counted.pull_requests + counted.issues desc, counted.label
