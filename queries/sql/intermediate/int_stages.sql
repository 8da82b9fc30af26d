-- One row per pull request: its state and the moments its stages are cut at, as of the cutoff.
with events as (
    select
        repo,
        number,
        arg_min(type, happened_at) filter (
            type in ('ReadyForReviewEvent', 'ConvertToDraftEvent')
        ) as first_draft_event,
        arg_max(type, happened_at) filter (
            is_past and type in ('ReadyForReviewEvent', 'ConvertToDraftEvent')
        ) as last_draft_event,
        coalesce(bool_or(is_past and type = 'ConvertToDraftEvent'), false) as was_converted,
        arg_max(type, happened_at) filter (
            is_past
            and type in ('ClosedEvent', 'ReopenedEvent')
        ) as last_state_event,
        max(happened_at) filter (is_past and type = 'ClosedEvent') as last_closed_at,
        count(*) filter (is_past and type = 'ReopenedEvent') as reopened_count,
        count(*) filter (type in ('ClosedEvent', 'ReopenedEvent', 'MergedEvent')) as state_events
    from stg_events
    where tracker = 'pull request'
    group by repo, number
),

commits as (
    select repo, number, min(authored_at) as first_commit_at
    from stg_commits
    group by repo, number
),

states as (
    select
        pull_requests.repo,
        pull_requests.number,
        pull_requests.opened_at,
        pull_requests.merged_at,
        settings.cutoff,
        commits.first_commit_at,
        coalesce(list_contains(unread.lists, 'commits'), false) as is_start_unknown,
        coalesce(list_contains(unread.lists, 'timeline'), false) as is_draft_unknown,
        coalesce(events.reopened_count, 0) as reopened_count,
        coalesce(
            events.first_draft_event = 'ReadyForReviewEvent',
            pull_requests.is_draft_now
        ) as is_opened_as_draft,
        coalesce(events.was_converted, false) as was_converted,
        events.last_draft_event,
        case
            when pull_requests.merged_at is not null then 'merged'
            when coalesce(events.state_events, 0) = 0 and pull_requests.closed_at < settings.cutoff
                then 'closed'
            when events.last_state_event = 'ClosedEvent' then 'closed'
            else 'open'
        end as state,
        case
            when pull_requests.merged_at is not null then pull_requests.merged_at
            when coalesce(events.state_events, 0) = 0 and pull_requests.closed_at < settings.cutoff
                then pull_requests.closed_at
            when events.last_state_event = 'ClosedEvent' then events.last_closed_at
        end as closed_at
    from int_pull_requests as pull_requests
    cross join input_settings as settings
    left join events on events.repo = pull_requests.repo and events.number = pull_requests.number
    left join commits on commits.repo = pull_requests.repo and commits.number = pull_requests.number
    left join stg_unread_lists as unread
        on
            unread.tracker = 'pull request'
            and unread.repo = pull_requests.repo
            and unread.number = pull_requests.number
),

ended as (
    select
        states.*,
        coalesce(states.closed_at, states.cutoff) as ended_at,
        if(
            states.is_draft_unknown, null, states.is_opened_as_draft or states.was_converted
        ) as was_draft,
        case states.last_draft_event
            when 'ConvertToDraftEvent' then true
            when 'ReadyForReviewEvent' then false
            else states.is_opened_as_draft
        end as is_draft,
        case
            when states.is_start_unknown then null
            when states.first_commit_at < states.opened_at - interval 90 day
                then 'first commit too old'
            when states.first_commit_at <= states.opened_at then 'first commit'
            else 'opened'
        end as start_rule
    from states
),

first_ready as (
    select events.repo, events.number, min(events.happened_at) as ready_at
    from stg_events as events
    inner join ended on ended.repo = events.repo and ended.number = events.number
    where
        events.type = 'ReadyForReviewEvent'
        and events.is_past
        and events.happened_at <= ended.ended_at
    group by events.repo, events.number
)

select
    ended.repo,
    ended.number,
    ended.opened_at,
    ended.merged_at,
    ended.closed_at,
    ended.ended_at,
    ended.state,
    ended.is_draft,
    ended.was_draft,
    if(ended.is_draft_unknown, null, ended.reopened_count) as reopened_count,
    ended.first_commit_at,
    ended.start_rule,
    case
        when ended.is_start_unknown then null
        when ended.start_rule = 'first commit' then ended.first_commit_at
        else ended.opened_at
    end as started_at,
    case
        when ended.is_draft_unknown then null
        when ended.is_opened_as_draft then first_ready.ready_at
        else ended.opened_at
    end as ready_at
from ended
left join first_ready on first_ready.repo = ended.repo and first_ready.number = ended.number
