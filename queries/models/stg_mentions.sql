-- One row per reference from a pull request or an issue to a pull request of the same ledger, before the cutoff.
with texts as (
    select repo, 'pull request' as from_kind, number, title || chr(10) || body as text from stg_pull_requests
    union all
    select repo, 'issue', number, title || chr(10) || body from stg_issues
),

written as (
    select
        texts.repo,
        texts.from_kind,
        texts.number,
        unnest(regexp_extract_all(
            texts.text, '(?:^|[^\w/&])(?:[\w.-]+/[\w.-]+)?#\d+|[\w.-]+/[\w.-]+/pull/\d+'
        )) as reference
    from texts
),

parsed as (
    select
        repo,
        from_kind,
        number,
        coalesce(
            nullif(regexp_extract(reference, '([\w.-]+/[\w.-]+)(?:#|/pull/)\d+$', 1), ''), repo
        ) as target_repo,
        regexp_extract(reference, '(\d+)$', 1)::bigint as target_number
    from written
    union all
    select
        repositories.repo,
        'issue',
        events.source_number,
        events.repo,
        events.number
    from stg_events as events
    inner join stg_repositories as repositories on repositories.repo_id = events.source_repo_id
    anti join ledger.github_issues as gone
        on
            gone.host = repositories.host
            and gone.repo_id = events.source_repo_id
            and gone.number = events.source_number
            and gone.gone_at is not null
    where events.type = 'CrossReferencedEvent' and events.is_past and events.source_type = 'Issue'
)

select distinct
    parsed.repo,
    parsed.from_kind,
    parsed.number,
    pull_requests.repo as target_repo,
    pull_requests.number as target_number
from parsed
inner join stg_pull_requests as pull_requests
    on lower(pull_requests.repo) = lower(parsed.target_repo) and pull_requests.number = parsed.target_number
where
    not (
        parsed.from_kind = 'pull request'
        and parsed.repo = pull_requests.repo
        and parsed.number = pull_requests.number
    )
