-- One row per interval in which an issue matched the rules of a kind; `to_at` is null for the
-- current one. Fields other than labels match from the opening on. `ended_by` removed the last
-- label.
with looked_at as (
    select repo, number, 'label' as field, label as value, from_at, to_at, ended_by
    from int_issue_label_intervals
    union all
    select repo, number, field, value, opened_at, null, null
    from int_issue_rule_values
    where not (field = 'label' and tracker = 'issue')
),

matched as (
    select distinct
        looked_at.repo,
        looked_at.number,
        matches.meaning as kind,
        looked_at.from_at,
        looked_at.to_at,
        looked_at.ended_by
    from looked_at
    inner join int_rule_matches as matches
        on
            matches.kind = 'label_rules'
            and matches.field = looked_at.field
            and matches.value = looked_at.value
    where not (looked_at.field = 'milestone' and matches.meaning = 'capability')
),

-- intervals that touch are one
ordered as (
    select
        *,
        max(coalesce(to_at, timestamp 'infinity')) over (
            partition by repo, number, kind
            order by from_at, to_at nulls last
            rows between unbounded preceding and 1 preceding
        ) as reached_at
    from matched
),

islands as (
    select
        *,
        count(*) filter (coalesce(from_at > reached_at, true)) over (
            partition by repo, number, kind
            order by from_at, to_at nulls last
            rows between unbounded preceding and current row
        ) as island
    from ordered
)

select
    repo,
    number,
    kind,
    min(from_at) as from_at,
    if(bool_or(to_at is null), null, max(to_at)) as to_at,
    arg_max(ended_by, to_at) as ended_by
from islands
group by repo, number, kind, island
