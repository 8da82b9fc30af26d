-- Issues and discussions of GitHub and work items imported from other trackers: one row each, as
-- things stood at the cutoff (the end of `as_of`).
-- Grain: repo, number. Columns are stable unless marked experimental.
--
-- repo: owner/name, or the source and project of an import, as in jira/SHOP.
-- number: its number there.
-- tracker: issue, discussion, or the source of the import.
-- title: the title, e-mail addresses masked.
-- url: its address.
-- author: login or pseudonym of the opener; null unless people are published, for deleted accounts
--     and imports.
-- author_kind: human, bot or agent; null for a deleted account and for imports.
-- is_outside_author: opened by a human who was no maintainer that day: not in people.csv, no member
--     by GitHub's association, and had not yet merged or triaged work of others there.
-- state: open or closed; an answered discussion is closed.
-- state_reason: completed, not planned, duplicate, or unknown if GitHub does not name who closed
--     it (as for an issue that was converted to a discussion); null while open.
-- opened_at: when it was opened, UTC.
-- closed_at: when it was last closed, UTC; null while open.
-- closed_by_kind: human, agent or bot: kind of the account that closed it last; an agent's pull
--     request counts as the agent.
-- reopened_count: how often it was reopened.
-- first_response_at: first comment by a human maintainer, or close by a human, never the author,
--     UTC.
-- response_hours: opened to first response; hours.
-- resolution_hours: opened to closed, of what is closed; hours.
-- is_ux_debt: a rule of kind ux debt matches it.
-- is_experiment: a rule of kind experiment matches it.
-- is_feedback: a rule of kind feedback matches it, and no bot or agent opened it.
-- is_incident: a rule of kind incident matches it.
-- is_capability: a rule of kind capability matches it.
-- milestone: title of its milestone, as of the last reading, e-mail addresses masked.
-- labels: names of its labels, sorted.
-- unread_lists: lists that GitHub did not return, such as comments or timeline: columns that depend
--     on them are null; null if every list was read.
with intervals as (
    select
        repo,
        number,
        count(*) filter (is_reopened) as reopened_count,
        bool_or(to_at is null) as is_open,
        max(to_at) as closed_at,
        arg_max(reason, to_at) as reason,
        max_by(closed_by_kind, to_at) as closed_by_kind
    from (
        -- arg_max ignores nulls, so an unknown closer has an empty kind
        select
            * replace (coalesce(closed_by_kind, '') as closed_by_kind)
        from int_issue_open_intervals
    ) as told
    group by repo, number
),

unread as (
    select
        repo,
        number,
        tracker,
        lists,
        list_contains(lists, 'timeline') as timeline,
        list_contains(lists, 'comments') as comments,
        list_contains(lists, 'labels') as labels
    from stg_unread_lists
),

kinds as (
    select repo, number, list(distinct kind) as kinds
    from int_label_kinds
    where item = 'issue'
    group by repo, number
)

select
    issues.repo,
    issues.number::integer as number,
    issues.tracker,
    issues.title,
    issues.url,
    shown_person(issues.author, settings.people, settings.pseudonym_key) as author,
    authors.author_kind,
    authors.is_outside_author,
    if(intervals.is_open, 'open', 'closed') as state,
    if(intervals.is_open, null, intervals.reason) as state_reason,
    issues.opened_at,
    if(intervals.is_open, null, intervals.closed_at) as closed_at,
    if(intervals.is_open, null, nullif(intervals.closed_by_kind, '')) as closed_by_kind,
    if(unread.timeline, null, intervals.reopened_count)::integer as reopened_count,
    if(unread.comments, null, responses.first_response_at) as first_response_at,
    if(
        unread.comments, null, hours(issues.opened_at, responses.first_response_at)
    ) as response_hours,
    if(intervals.is_open, null, hours(issues.opened_at, intervals.closed_at)) as resolution_hours,
    coalesce(list_contains(kinds.kinds, 'ux debt'), false)
    or if(unread.labels, null, false) as is_ux_debt,
    coalesce(list_contains(kinds.kinds, 'experiment'), false)
    or if(unread.labels, null, false) as is_experiment,
    (
        coalesce(list_contains(kinds.kinds, 'feedback'), false)
        or if(unread.labels, null, false)
    )
    and coalesce(authors.author_kind, 'human') = 'human' as is_feedback,
    coalesce(list_contains(kinds.kinds, 'incident'), false)
    or if(unread.labels, null, false) as is_incident,
    coalesce(list_contains(kinds.kinds, 'capability'), false)
    or if(unread.labels, null, false) as is_capability,
    issues.milestone,
    if(unread.labels, null, issues.labels) as labels,
    unread.lists as unread_lists
from int_issues as issues
cross join input_settings as settings
inner join int_issue_authors as authors
    on
        authors.repo = issues.repo
        and authors.number = issues.number
inner join intervals on intervals.repo = issues.repo and intervals.number = issues.number
left join int_issue_responses as responses
    on
        responses.repo = issues.repo
        and responses.number = issues.number
left join unread
    on
        unread.repo = issues.repo
        and unread.number = issues.number
        and unread.tracker = issues.tracker
left join kinds on kinds.repo = issues.repo and kinds.number = issues.number
order by issues.repo, issues.number
