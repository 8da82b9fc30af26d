-- One row per interval in which an issue carried a label, as of the cutoff; `to_at` is null for the
-- current one. A label without an event, or set within a minute of the opening, begins with the
-- issue.
with changes as (
    select
        repo,
        number,
        place,
        label,
        type = 'LabeledEvent' as is_on,
        happened_at,
        is_past,
        actor
    from stg_events
    where
        tracker = 'issue'
        and type in ('LabeledEvent', 'UnlabeledEvent')
        and label is not null
),

first_changes as (
    select repo, number, label, arg_min(is_on, (happened_at, place)) as is_on
    from changes
    group by repo, number, label
),

held as (
    select found.repo, found.number, unnest(found.label_names) as label
    from stg_github_issues as found
),

-- there from the start: the first that happened to it is its removal, or nothing happened to it and
-- it is there now
begun as (
    select
        coalesce(held.repo, first_changes.repo) as repo,
        coalesce(held.number, first_changes.number) as number,
        coalesce(held.label, first_changes.label) as label
    from held
    full join first_changes
        on
            first_changes.repo = held.repo
            and first_changes.number = held.number
            and first_changes.label = held.label
    where not coalesce(first_changes.is_on, false)
),

steps as (
    select
        begun.repo,
        begun.number,
        begun.label,
        true as is_on,
        issues.opened_at as happened_at,
        0 as place,
        null as actor
    from begun
    inner join stg_github_issues as issues
        on
            issues.repo = begun.repo
            and issues.number = begun.number
    union all
    select
        changes.repo,
        changes.number,
        changes.label,
        changes.is_on,
        if(
            changes.is_on and changes.happened_at <= issues.opened_at + interval 60 second,
            issues.opened_at,
            changes.happened_at
        ),
        changes.place,
        changes.actor
    from changes
    inner join stg_github_issues as issues
        on
            issues.repo = changes.repo
            and issues.number = changes.number
    where changes.is_past
),

turns as (
    select *
    from steps
    qualify is_on is distinct from lag(is_on, 1, false) over (
        partition by repo,
        number,
        label
        order by happened_at,
        place
    )
),

intervals as (
    select
        repo,
        number,
        label,
        is_on,
        happened_at as from_at,
        lead(happened_at) over later as to_at,
        lead(actor) over later as ended_by
    from turns
    window later as (partition by repo, number, label order by happened_at, place)
)

select
    repo,
    number,
    label,
    from_at,
    to_at,
    ended_by
from intervals
where is_on
