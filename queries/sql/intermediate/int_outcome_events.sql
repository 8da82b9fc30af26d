-- One row per thing done that makes a set of linked work an outcome: its kind by rank, when, and
-- the item it rests on. Of an issue closed more than once, the first close that lasted; where none
-- did, the last, which `is_undone`.
with closes as (
    select
        issues.repo,
        issues.number,
        issues.is_capability,
        issues.is_ux_debt,
        issues.is_feedback and issues.first_response_at is not null as is_feedback,
        issues.tracker,
        intervals.to_at as happened_at,
        intervals.closed_by_kind,
        intervals.is_by_pull_request,
        coalesce(
            intervals.reopened_at < intervals.to_at + to_days(settings.durable_days),
            false
        ) as is_undone
    from issues
    cross join input_settings as settings
    inner join int_issue_open_intervals as intervals
        on intervals.repo = issues.repo and intervals.number = issues.number
    where intervals.to_at is not null and intervals.reason = 'completed'
),

-- what each close counts as
done as (
    select 1 as rank, *
    from closes
    where
        is_capability
        and (
            closed_by_kind = 'human'
            or is_by_pull_request
            or tracker not in ('issue', 'discussion')
        )
    union all
    select 3, *
    from closes
    where is_ux_debt and closed_by_kind is distinct from 'bot'
    union all
    select 4, *
    from closes
    where is_feedback and closed_by_kind is distinct from 'bot'
),

lasting as (
    select
        rank,
        repo,
        number,
        coalesce(min(happened_at) filter (not is_undone), max(happened_at)) as happened_at,
        bool_and(is_undone) as is_undone
    from done
    group by rank, repo, number
),

delivered as (
    select milestones.repo, milestones.number, milestones.closed_at
    from milestones
    where
        milestones.is_capability
        and milestones.closed_at is not null
        and exists (
            select 1
            from int_outcome_items as items
            where
                items.milestone_repo = milestones.repo
                and items.milestone_number = milestones.number
                and items.is_done
        )
),

features as (
    select
        pull_requests.repo,
        pull_requests.number,
        pull_requests.merged_at,
        max(
            (issues.closed_at, issues.repo, issues.number)
        ) filter (issues.state_reason = 'completed') as newest
    from pull_requests
    left join pull_request_issues as links
        on links.repo = pull_requests.repo and links.number = pull_requests.number
    left join issues on issues.repo = links.issue_repo and issues.number = links.issue_number
    where
        pull_requests.work_type = 'feature'
        and pull_requests.author_kind is distinct from 'bot'
        and pull_requests.merged_at is not null
        and pull_requests.is_default_base
    group by pull_requests.repo, pull_requests.number, pull_requests.merged_at
    having not coalesce(bool_or(issues.state = 'open'), false)
),

events as (
    select lasting.rank, sets.lowest, sets.repo, sets.ref, lasting.happened_at, lasting.is_undone
    from lasting
    inner join int_outcome_sets as sets
        on sets.place = 1 and sets.repo = lasting.repo and sets.number = lasting.number
    union all
    select 1, sets.lowest, sets.repo, sets.ref, delivered.closed_at, false
    from delivered
    inner join int_outcome_sets as sets
        on sets.place = 0 and sets.repo = delivered.repo and sets.number = delivered.number
    union all
    select 2, sets.lowest, sets.repo, experiments.key, experiments.decided_at, false
    from experiments
    inner join int_outcome_sets as sets
        on sets.place > 0 and sets.repo = experiments.repo and sets.number = experiments.number
    where experiments.decision is not null
    union all
    select
        5,
        sets.lowest,
        coalesce(features.newest[2], features.repo),
        coalesce(
            features.newest[2] || '#' || features.newest[3],
            features.repo || '#' || features.number
        ),
        coalesce(features.newest[1], features.merged_at),
        false
    from features
    inner join int_outcome_sets as sets
        on sets.place = 2 and sets.repo = features.repo and sets.number = features.number
)

select
    rank,
    lowest,
    repo,
    ref,
    happened_at,
    is_undone
from events
union all
-- an imported experiment without an issue or pull request is a set of its own
select
    2,
    null,
    repo,
    key,
    decided_at,
    false
from experiments
where decision is not null and number is null
