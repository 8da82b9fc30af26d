-- One row per issue or pull request that a label says was decided: the first such label, and when
-- it was set.
with labels as (
    select repo, number, label, from_at as happened_at
    from int_issue_label_intervals
    union all
    select repo, number, label, happened_at
    from stg_events
    where tracker = 'pull request' and type = 'LabeledEvent' and is_past
    union all
    select held.repo, held.number, held.label, pull_requests.opened_at
    from int_labels as held
    inner join stg_pull_requests as pull_requests
        on pull_requests.repo = held.repo and pull_requests.number = held.number
    anti join stg_events as events
        on
            events.repo = held.repo
            and events.number = held.number
            and events.label = held.label
            and events.type = 'LabeledEvent'
)

select
    labels.repo,
    labels.number,
    min(labels.happened_at) as decided_at,
    arg_min(
        replace(matches.meaning, 'decision ', ''),
        (labels.happened_at, matches.position)
    ) as decision
from labels
inner join int_rule_matches as matches
    on
        matches.kind = 'label_rules'
        and matches.field = 'label'
        and matches.value = labels.label
        and starts_with(matches.meaning, 'decision ')
group by labels.repo, labels.number
