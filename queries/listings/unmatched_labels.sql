-- Labels of pull requests that no rule looks for, the commonest first.
with carried as (
    select unnest(labels) as label
    from pull_requests
),

counted as (
    select
        label,
        count(*) as pull_requests
    from carried
    group by label
)

select
    counted.label,
    counted.pull_requests
from counted
where not exists (
    select 1
    from rules
    where rules.field in ('label', 'linked_label') and regexp_matches(counted.label, rules.pattern, 'i')
)
order by counted.pull_requests desc, counted.label
