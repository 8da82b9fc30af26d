-- Stock and flow of issues by kind: one row per interval in which an issue was open and matched a
-- rule of the kind.
-- Grain: repo, number, kind, entered_at. Columns are stable unless marked experimental.
--
-- repo: as in issues.
-- number: as in issues.
-- kind: ux debt, experiment, feedback, incident or capability.
-- entered_at: when it entered the stock, UTC.
-- left_at: when it left, UTC; null while it is in the stock.
-- entered_by: opened, labelled or reopened.
-- left_by: completed, not planned (duplicates too), unlabelled, or unknown if GitHub does not name
--     who closed it; null while it is in the stock.
-- left_by_kind: human, agent or bot: who closed it or took the label off; null where that cannot be
--     told.
with met as (
    select
        times.repo,
        times.number,
        times.kind,
        greatest(times.from_at, intervals.from_at) as entered_at,
        least(times.to_at, intervals.to_at) as left_at,
        case
            when intervals.from_at < times.from_at then 'labelled'
            when intervals.is_reopened then 'reopened'
            else 'opened'
        end as entered_by,
        intervals.to_at is not null and intervals.to_at <= coalesce(
            times.to_at,
            intervals.to_at
        ) as is_closed,
        intervals.reason,
        intervals.closed_by_kind,
        times.ended_by
    from int_issue_kind_intervals as times
    inner join int_issue_open_intervals as intervals
        on intervals.repo = times.repo and intervals.number = times.number
    inner join int_issue_authors as authors
        on
            authors.repo = times.repo
            and authors.number = times.number
    where
        times.kind in ('ux debt', 'experiment', 'feedback', 'incident', 'capability')
        and not (times.kind = 'feedback' and coalesce(authors.author_kind, 'human') <> 'human')
)

select
    met.repo,
    met.number::integer as number,
    met.kind,
    met.entered_at,
    met.left_at,
    met.entered_by,
    case
        when met.left_at is null then null
        when not met.is_closed then 'unlabelled'
        when met.reason in ('completed', 'unknown') then met.reason
        else 'not planned'
    end as left_by,
    case
        when met.left_at is null then null
        when met.is_closed then met.closed_by_kind
        else accounts.kind
    end as left_by_kind
from met
left join int_accounts as accounts on accounts.login = lower(met.ended_by)
where met.entered_at < coalesce(met.left_at, timestamp 'infinity')
order by met.repo, met.number, met.kind, met.entered_at
