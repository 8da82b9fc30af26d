-- Experiments: issues and pull requests that the rules recognise, and those imported, from started
-- to decided.
-- Grain: repo, key. Columns are stable unless marked experimental.
--
-- repo: owner/name, or the source of the import.
-- key: owner/name#number, or the import's own.
-- number: number of the issue or pull request; null for an import that names none.
-- title: the title, e-mail addresses masked.
-- url: its address.
-- source: issue, pull request, or the source of the import.
-- started_at: when it was opened or labelled; a pull request: its start. UTC.
-- shipped_at: when its change was merged, UTC; null until then.
-- decided_at: when its outcome was recorded (label, close reason, revert or field), UTC; null until
--     then.
-- decision: kept, killed or inconclusive; null until decided.
with intervals as (
    select repo, number, min(entered_at) as entered_at
    from issue_intervals
    where kind = 'experiment'
    group by repo, number
),

changes as (
    select
        links.issue_repo as repo,
        links.issue_number as number,
        min(durability.merged_at) as shipped_at
    from pull_request_issues as links
    inner join pull_requests as durability
        on durability.repo = links.repo and durability.number = links.number
    where durability.merged_at is not null and durability.is_default_base
    group by links.issue_repo, links.issue_number
),

issues_decided as (
    select
        issues.repo,
        coalesce(items.key, issues.repo || '#' || issues.number) as key,
        issues.number,
        issues.title,
        issues.url,
        if(issues.tracker in ('issue', 'discussion'), 'issue', issues.tracker) as source,
        coalesce(intervals.entered_at, issues.opened_at) as started_at,
        changes.shipped_at,
        decisions.decided_at as labelled_at,
        decisions.decision as labelled,
        -- nobody is known to have decided
        if(issues.state_reason = 'unknown', null, issues.closed_at) as ended_at,
        case
            when issues.state = 'open' then null
            when issues.state_reason = 'unknown' then null
            when issues.state_reason <> 'completed' then 'killed'
            when changes.shipped_at is not null then 'kept'
            else 'inconclusive'
        end as ended
    from issues
    left join stg_imported_items as items
        on
            items.repo = issues.repo
            and items.number = issues.number
    left join intervals on intervals.repo = issues.repo and intervals.number = issues.number
    left join changes on changes.repo = issues.repo and changes.number = issues.number
    left join int_decisions as decisions
        on
            decisions.repo = issues.repo
            and decisions.number = issues.number
    where issues.is_experiment or intervals.number is not null
),

changes_decided as (
    select
        pull_requests.repo,
        pull_requests.repo || '#' || pull_requests.number as key,
        pull_requests.number,
        pull_requests.title,
        pull_requests.url,
        'pull request' as source,
        pull_requests.started_at,
        pull_requests.merged_at as shipped_at,
        decisions.decided_at as labelled_at,
        decisions.decision as labelled,
        if(
            pull_requests.state = 'closed',
            pull_requests.closed_at,
            pull_requests.reverted_at
        ) as ended_at,
        if(
            pull_requests.state = 'closed' or pull_requests.reverted_at is not null,
            'killed',
            null
        ) as ended
    from pull_requests
    left join int_decisions as decisions
        on decisions.repo = pull_requests.repo and decisions.number = pull_requests.number
    where
        pull_requests.work_type = 'experiment'
        and pull_requests.author_kind is distinct from 'bot'
        and not exists (
            select 1
            from pull_request_issues as links
            inner join issues_decided
                on
                    issues_decided.repo = links.issue_repo
                    and issues_decided.number = links.issue_number
            where links.repo = pull_requests.repo and links.number = pull_requests.number
        )
),

recognised as (
    select * from issues_decided
    union all
    select * from changes_decided
),

imported as (
    select
        coalesce(places.repo, found.repo) as repo,
        found.key,
        places.number,
        found.title,
        found.url,
        found.source,
        found.started_at,
        found.shipped_at,
        found.decided_at,
        found.decision
    from stg_imported_experiments as found
    left join (
        select repo, number, url from issues
        union all
        select repo, number, url from pull_requests
    ) as places on places.url = found.url
)

select
    repo,
    key,
    number,
    title,
    url,
    source,
    started_at,
    shipped_at,
    if(labelled_at is null, ended_at, greatest(labelled_at, started_at)) as decided_at,
    coalesce(labelled, ended) as decision
from recognised
anti join imported on imported.url = recognised.url
union all
select *
from imported
order by repo, started_at, key
