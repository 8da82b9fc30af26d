-- One row per pull request, commit or release that an imported incident names as its cause.
with written as (
    select repo, key, opened_at, unnest(regexp_extract_all(caused_by, '[\w./:@#-]+')) as reference
    from stg_imported_incidents
),

parsed as (
    select
        repo,
        key,
        opened_at,
        lower(coalesce(
            nullif(regexp_extract(reference, '([\w.-]+/[\w.-]+)(?:#|/pull/)\d+$', 1), ''),
            nullif(
                regexp_extract(reference, '([\w.-]+/[\w.-]+)(?:@|/releases/tag/|/commit/)\S+$', 1),
                ''
            )
        )) as target_repo,
        try_cast(
            nullif(regexp_extract(reference, '[\w.-]+/[\w.-]+(?:#|/pull/)(\d+)$', 1), '') as bigint
        ) as target_number,
        nullif(
            regexp_extract(reference, '[\w.-]+/[\w.-]+(?:@|/releases/tag/)(\S+)$', 1), ''
        ) as tag,
        nullif(
            lower(regexp_extract(reference, '(?:^|/commit/|@)([0-9a-fA-F]{7,40})$', 1)),
            ''
        ) as sha
    from written
)

select distinct
    parsed.repo,
    parsed.key,
    parsed.opened_at,
    repositories.repo as target_repo,
    parsed.target_number,
    parsed.tag,
    parsed.sha
from parsed
left join stg_repositories as repositories on lower(repositories.repo) = parsed.target_repo
where parsed.sha is not null or repositories.repo is not null
