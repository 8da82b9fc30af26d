-- One row per label that a pull request carries as of the cutoff: what it carries now, with later
-- events undone.
with changes as (
    select
        repo,
        number,
        label,
        arg_min(type, happened_at) filter (not is_past) as next_change,
        arg_max(type, happened_at) filter (is_past) as last_change
    from stg_events
    where tracker = 'pull request' and type in ('LabeledEvent', 'UnlabeledEvent')
    group by repo, number, label
),

held as (
    select repo, number, unnest(label_nodes).name as label
    from stg_pull_requests
)

select
    coalesce(held.repo, changes.repo) as repo,
    coalesce(held.number, changes.number) as number,
    coalesce(held.label, changes.label) as label
from held
full join changes
    on changes.repo = held.repo and changes.number = held.number and changes.label = held.label
where
    case
        when changes.next_change = 'UnlabeledEvent' then true
        when changes.next_change = 'LabeledEvent' then false
        else held.label is not null
    end
