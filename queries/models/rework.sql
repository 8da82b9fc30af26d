-- Work that undid or repaired a merged change, which was merged before it.
-- Grain: repo, number, by_number, kind. Stable.
--
-- repo: owner/name of the repository of the change. Stable.
-- number: number of the pull request that was reworked. Stable.
-- by_number: number of the pull request (revert, hotfix) or issue (incident) behind it; null for a commit pushed directly. Stable.
-- kind: revert, hotfix or incident. Stable.
-- happened_at: when the revert or hotfix was merged, or the incident was opened; UTC. Stable.
with hotfixes as (
    select pull_requests.repo, pull_requests.number, pull_requests.merged_at
    from stg_pull_requests as pull_requests
    semi join stg_label_kinds as kinds
        on
            kinds.repo = pull_requests.repo
            and kinds.number = pull_requests.number
            and kinds.item = 'pull request'
            and kinds.kind = 'hotfix'
    where pull_requests.merged_at is not null
),

incidents as (
    select issues.repo, issues.repo_id, issues.number, issues.opened_at
    from stg_issues as issues
    semi join stg_label_kinds as kinds
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
        repo as by_repo
    from stg_reverts
    union all
    select mentions.target_repo, mentions.target_number, hotfixes.number, 'hotfix', hotfixes.merged_at, hotfixes.repo
    from hotfixes
    inner join stg_mentions as mentions
        on
            mentions.from_kind = 'pull request'
            and mentions.repo = hotfixes.repo
            and mentions.number = hotfixes.number
    union all
    select mentions.target_repo, mentions.target_number, closers.number, 'hotfix', closers.merged_at, closers.repo
    from stg_pull_requests as closers
    inner join stg_linked_issues as linked
        on linked.repo = closers.repo and linked.number = closers.number
    inner join incidents
        on incidents.repo_id = linked.issue_repo_id and incidents.number = linked.issue_number
    inner join stg_mentions as mentions
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
        incidents.repo
    from incidents
    inner join stg_mentions as mentions
        on
            mentions.from_kind = 'issue'
            and mentions.repo = incidents.repo
            and mentions.number = incidents.number
)

select
    claims.repo,
    claims.number,
    claims.by_number,
    claims.kind,
    min(claims.happened_at) as happened_at
from claims
inner join stg_pull_requests as changes
    on changes.repo = claims.repo and changes.number = claims.number
where
    changes.merged_at < claims.happened_at
    and not (
        claims.kind <> 'incident'
        and claims.by_repo = claims.repo
        and claims.by_number is not distinct from claims.number
    )
group by claims.repo, claims.number, claims.by_number, claims.kind
order by claims.repo, claims.number, claims.kind, claims.by_number
