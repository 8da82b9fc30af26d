-- One row per reference from a pull request or an issue to a pull request of the same ledger,
-- before the cutoff.
with texts as (
    select
        repo,
        'pull request' as from_kind,
        number,
        title || chr(10) || body as text
    from stg_pull_requests
    union all
    select repo, 'issue', number, title || chr(10) || body from int_issues
),

written as (
    select
        texts.repo,
        texts.from_kind,
        texts.number,
        unnest(regexp_extract_all(
            texts.text, '(?i)(?:^|[^\w/&])(?:(?:[\w.-]+/[\w.-]+)?#|GH-)\d+|[\w.-]+/[\w.-]+/pull/\d+'
        )) as reference
    from texts
),

parsed as (
    select
        written.repo,
        written.from_kind,
        written.number,
        here.host,
        coalesce(
            nullif(
                regexp_extract(written.reference, '([\w.-]+/[\w.-]+)(?:#|/pull/)\d+$', 1),
                ''
            ), here.name
        ) as target_name,
        regexp_extract(written.reference, '(\d+)$', 1)::bigint as target_number
    from written
    left join stg_repositories as here on here.repo = written.repo
    union all
    select
        repositories.repo,
        'issue',
        events.source_number,
        here.host,
        here.name,
        events.number
    from stg_events as events
    inner join stg_repositories as here on here.repo = events.repo
    inner join stg_repositories as repositories
        on repositories.host = here.host and repositories.repo_id = events.source_repo_id
    anti join ledger.github_issues as gone
        on
            gone.host = repositories.host
            and gone.repo_id = events.source_repo_id
            and gone.number = events.source_number
            and gone.deleted_at is not null
    where
        events.tracker = 'pull request'
        and events.type = 'CrossReferencedEvent'
        and events.is_past
        and events.source_type = 'Issue'
),

-- a text names repositories of its own host; an imported text has no host and uses published names
names as (
    select host, lower(name) as name, repo from stg_repositories
    union all
    select null, lower(repo), repo from stg_repositories
)

select distinct
    parsed.repo,
    parsed.from_kind,
    parsed.number,
    pull_requests.repo as target_repo,
    pull_requests.number as target_number
from parsed
inner join names
    on
        names.host is not distinct from parsed.host
        and names.name = lower(parsed.target_name)
inner join stg_pull_requests as pull_requests
    on pull_requests.repo = names.repo and pull_requests.number = parsed.target_number
where
    not (
        parsed.from_kind = 'pull request'
        and parsed.repo = pull_requests.repo
        and parsed.number = pull_requests.number
    )
