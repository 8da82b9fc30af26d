-- Work that undid or repaired a merged change, which was merged before it.
-- Grain: repo, number, by_repo, by_number, by_key, kind. Columns are stable unless marked
-- experimental.
--
-- repo: owner/name of the repository of the change.
-- number: number of the pull request that was reworked.
-- by_number: number of the pull request (revert, hotfix) or issue (incident) behind it; null for a
--     commit pushed directly, and for an imported incident.
-- by_repo: repository of the pull request, issue or commit behind it; null for an imported
--     incident.
-- by_key: owner/name#number of what is behind it, or the imported incident's key; null for a
--     commit.
-- kind: revert, hotfix or incident.
-- happened_at: when the revert or hotfix was merged, or the incident was opened; UTC.
with hotfixes as (
    select pull_requests.repo, pull_requests.number, pull_requests.merged_at
    from int_pull_requests as pull_requests
    semi join int_label_kinds as kinds
        on
            kinds.repo = pull_requests.repo
            and kinds.number = pull_requests.number
            and kinds.item = 'pull request'
            and kinds.kind = 'hotfix'
    where pull_requests.merged_at is not null
),

incidents as (
    select issues.repo, issues.repo_id, issues.number, issues.opened_at
    from int_issues as issues
    semi join int_label_kinds as kinds
        on
            kinds.repo = issues.repo
            and kinds.number = issues.number
            and kinds.item = 'issue'
            and kinds.kind = 'incident'
),

claims as (
    select
        target_repo as repo,
        target_number as number,
        number as by_number,
        'revert' as kind,
        happened_at,
        repo as by_repo,
        repo || '#' || number as by_key
    from int_reverts
    union all
    select
        mentions.target_repo,
        mentions.target_number,
        hotfixes.number,
        'hotfix',
        hotfixes.merged_at,
        hotfixes.repo,
        hotfixes.repo || '#' || hotfixes.number
    from hotfixes
    inner join int_mentions as mentions
        on
            mentions.from_kind = 'pull request'
            and mentions.repo = hotfixes.repo
            and mentions.number = hotfixes.number
    union all
    select
        mentions.target_repo,
        mentions.target_number,
        closers.number,
        'hotfix',
        closers.merged_at,
        closers.repo,
        closers.repo || '#' || closers.number
    from int_pull_requests as closers
    inner join int_linked_issues as linked
        on linked.repo = closers.repo and linked.number = closers.number
    inner join incidents
        on incidents.repo = linked.issue_repo and incidents.number = linked.issue_number
    inner join int_mentions as mentions
        on
            mentions.from_kind = 'issue'
            and mentions.repo = incidents.repo
            and mentions.number = incidents.number
    where closers.merged_at is not null
    union all
    select
        mentions.target_repo,
        mentions.target_number,
        incidents.number,
        'incident',
        incidents.opened_at,
        incidents.repo,
        incidents.repo || '#' || incidents.number
    from incidents
    inner join int_mentions as mentions
        on
            mentions.from_kind = 'issue'
            and mentions.repo = incidents.repo
            and mentions.number = incidents.number
    union all
    select
        coalesce(known.repo, blamed.target_repo),
        coalesce(known.number, blamed.target_number),
        null,
        'incident',
        blamed.opened_at,
        null,
        blamed.key
    from int_incident_causes as blamed
    left join int_pull_request_commits as known
        on
            left(known.oid, 7) = left(blamed.sha, 7)
            and starts_with(known.oid, blamed.sha)
            and (blamed.target_repo is null or known.repo = blamed.target_repo)
    where coalesce(known.number, blamed.target_number) is not null
)

select
    claims.repo,
    claims.number,
    claims.by_number,
    claims.by_repo,
    claims.by_key,
    claims.kind,
    min(claims.happened_at) as happened_at
from claims
inner join int_pull_requests as changes
    on changes.repo = claims.repo and changes.number = claims.number
where
    changes.merged_at < claims.happened_at
    and not (
        claims.kind <> 'incident'
        and claims.by_repo = claims.repo
        and claims.by_number is not distinct from claims.number
    )
group by claims.repo, claims.number, claims.by_number, claims.by_repo, claims.by_key, claims.kind
order by claims.repo, claims.number, claims.kind, claims.by_repo, claims.by_number, claims.by_key
