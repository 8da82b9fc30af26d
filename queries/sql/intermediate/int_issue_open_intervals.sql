-- One row per interval in which an issue was open, as of the cutoff, with its close; `to_at` is
-- null while it is open, `reopened_at` if it stayed closed.
with steps as (
    select
        repo,
        number,
        opened_at as happened_at,
        0 as place,
        true as is_open,
        null as actor,
        null as reason,
        null as closer_repo_id, null as closer_number
    from stg_github_issues
    union all
    select
        repo,
        number,
        happened_at,
        place,
        type = 'ReopenedEvent',
        actor,
        -- by a deleted account
        if(
            actor is null and closer_number is null and coalesce(state_reason, 'COMPLETED') = 'COMPLETED',
            'UNKNOWN',
            state_reason
        ),
        closer_repo_id,
        closer_number
    from stg_events
    where tracker = 'issue' and type in ('ClosedEvent', 'ReopenedEvent') and is_past
    union all
    -- closed without an event, as by a conversion to a discussion
    select
        issues.repo,
        issues.number,
        issues.closed_now_at,
        1,
        false,
        null,
        coalesce(nullif(issues.reason_now, 'COMPLETED'), 'UNKNOWN'),
        null,
        null
    from stg_github_issues as issues
    cross join input_settings as settings
    anti join stg_events as events
        on
            events.repo = issues.repo
            and events.number = issues.number
            and events.type in ('ClosedEvent', 'ReopenedEvent')
    where issues.closed_now_at < settings.cutoff
    union all
    select repo, number, opened_at, 0, true, null, null, null, null
    from stg_discussions
    union all
    select
        repo,
        number,
        least(answered_at, closed_at),
        1,
        false,
        if(answered_at <= coalesce(closed_at, answered_at), answer_chosen_by, null),
        if(answered_at <= coalesce(closed_at, answered_at), 'COMPLETED', state_reason),
        null,
        null
    from stg_discussions
    where least(answered_at, closed_at) is not null
    union all
    select repo, number, opened_at, 0, true, null, null, null, null
    from stg_imported_items
    union all
    select repo, number, closed_at, 1, false, null, upper(replace(resolution, ' ', '_')), null, null
    from stg_imported_items
    where closed_at is not null
),

turns as (
    select *
    from steps
    qualify is_open is distinct from lag(is_open, 1, false) over (
        partition by repo,
        number
        order by happened_at,
        place
    )
),

intervals as (
    select
        repo,
        number,
        is_open,
        place,
        happened_at as from_at,
        lead(happened_at) over later as to_at,
        lead(happened_at, 2) over later as reopened_at,
        lead(actor) over later as closed_by,
        lead(reason) over later as reason,
        lead(closer_repo_id) over later as closer_repo_id,
        lead(closer_number) over later as closer_number,
        row_number() over (
            partition by repo,
            number
            order by happened_at desc,
            place desc
        ) <= 2 as is_last
    from turns
    window later as (partition by repo, number order by happened_at, place)
),

declined as (
    select distinct repo, number
    from int_label_kinds
    where item = 'issue' and kind = 'not planned'
)

select
    intervals.repo,
    intervals.number,
    intervals.place > 0 as is_reopened,
    intervals.from_at,
    intervals.to_at,
    intervals.reopened_at,
    intervals.closed_by,
    case
        when intervals.to_at is null then null
        when intervals.reason = 'NOT_PLANNED' or intervals.reason = 'OUTDATED' then 'not planned'
        when intervals.reason = 'DUPLICATE' then 'duplicate'
        when intervals.is_last and declined.number is not null then 'not planned'
        when intervals.reason = 'UNKNOWN' then 'unknown'
        else 'completed'
    end as reason,
    authorship.number is not null as is_by_pull_request,
    case
        when intervals.to_at is null then null
        when authorship.authorship = 'agent' then 'agent'
        when authorship.number is not null then 'human'
        else accounts.kind
    end as closed_by_kind
from intervals
left join declined on declined.repo = intervals.repo and declined.number = intervals.number
left join stg_repositories as here on here.repo = intervals.repo
left join stg_repositories as closers
    on
        closers.host = here.host
        and closers.repo_id = intervals.closer_repo_id
left join int_authorship as authorship
    on authorship.repo = closers.repo and authorship.number = intervals.closer_number
left join int_accounts as accounts on accounts.login = lower(intervals.closed_by)
where intervals.is_open
