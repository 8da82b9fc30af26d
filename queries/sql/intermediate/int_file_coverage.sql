-- One row per written file of a pull request: the level of its guidance, its nearest document,
-- whether that was stale, and whether a rule of CODEOWNERS owned it.
with paths as (
    select distinct repo, path
    from int_written_files
),

scopes as (
    select
        paths.repo,
        paths.path,
        scopes.document,
        scopes.is_root,
        length(scopes.prefix) as depth,
        scopes.from_at,
        scopes.until_at
    from paths
    inner join int_document_scopes as scopes
        on
            scopes.repo = paths.repo
            and matches_path(paths.path, scopes.prefix, scopes.regex)
),

nearest as (
    select
        files.repo,
        files.number,
        files.path,
        min_by(
            struct_pack(document := scopes.document, is_root := scopes.is_root),
            (scopes.is_root, -scopes.depth, scopes.document)
        ) as scope
    from int_written_files as files
    inner join scopes
        on
            scopes.repo = files.repo
            and scopes.path = files.path
            and scopes.from_at < files.happened_at
            and scopes.until_at >= files.happened_at
    group by all
)

select
    files.repo,
    files.number,
    files.path,
    files.area,
    case
        when nearest.scope is null then 'none' when nearest.scope.is_root then 'root' else 'scoped'
    end as level,
    nearest.scope.document as document,
    coalesce(
        is_stale(
            changes.edited_at, files.happened_at, changes.changes_since, changes.changes_of_year
        ),
        false
    ) as is_stale,
    owners.owners is not null as is_owned
from int_written_files as files
left join nearest
    on
        nearest.repo = files.repo
        and nearest.number = files.number
        and nearest.path = files.path
left join int_document_changes as changes
    on
        changes.repo = files.repo
        and changes.document = nearest.scope.document
        and changes.number = files.number
left join int_owner_versions as versions
    on
        versions.repo = files.repo
        and versions.from_at < files.happened_at
        and versions.until_at >= files.happened_at
left join int_path_owners as owners
    on
        owners.repo = files.repo
        and owners.path = files.path
        and owners.owners_path = versions.owners_path
        and owners.valid_from = versions.valid_from
