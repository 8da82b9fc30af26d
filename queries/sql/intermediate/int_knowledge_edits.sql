-- One row per change of a file that codifies knowledge. `is_edit` is false of a rename, a change of
-- mode, and a change of fewer than three lines; the changes of a file before it was moved are its
-- own. `next_at` is the time of the next change of this path.
with changes as (
    select
        edits.*,
        lag(edits.blob) over path_changes as blob_before,
        lead(edits.committed_at) over path_changes as next_at,
        row_number() over path_changes = 1 as is_first
    from stg_knowledge_edits as edits
    window path_changes as (
        partition by edits.repo, edits.path
        order by edits.committed_at, edits.blob nulls first
    )
),

sizes as (
    select
        pull_requests.repo,
        pull_requests.merge_commit as commit,
        files.path,
        files.additions + files.deletions as lines,
        files.is_renamed
    from stg_changed_files as files
    inner join int_pull_requests as pull_requests
        on pull_requests.repo = files.repo and pull_requests.number = files.number
    where pull_requests.merge_commit is not null
),

moves as (
    select
        later.repo,
        later.path,
        min(earlier.path) as moved_from,
        min(later.committed_at) as moved_at
    from changes as later
    inner join changes as earlier
        on
            earlier.repo = later.repo
            and earlier.commit = later.commit
            and earlier.path <> later.path
            and earlier.blob is null
            and earlier.blob_before = later.blob
    where later.is_first
    group by later.repo, later.path
),

ancestors as (
    with recursive steps(repo, path, ancestor, moved_at) as (
        select repo, path, moved_from, moved_at
        from moves
        union
        select steps.repo, steps.path, moves.moved_from, moves.moved_at
        from steps
        inner join moves on moves.repo = steps.repo and moves.path = steps.ancestor
    )
    select *
    from steps
),

own as (
    select
        changes.repo,
        changes.path,
        changes.committed_at,
        changes.blob,
        changes.next_at,
        changes.is_first and moves.path is null as is_landing,
        changes.blob is not null
        and changes.blob is distinct from changes.blob_before
        and moves.path is null
        and (changes.is_first or coalesce(sizes.lines, 3) >= 3)
        and not (coalesce(sizes.is_renamed, false) and coalesce(sizes.lines, 3) < 3) as is_edit
    from changes
    left join moves
        on
            moves.repo = changes.repo
            and moves.path = changes.path
            and changes.is_first
    left join sizes
        on
            sizes.repo = changes.repo
            and sizes.commit = changes.commit
            and sizes.path = changes.path
)

select *, true as is_own
from own
union all
select
    own.repo,
    ancestors.path,
    own.committed_at,
    own.blob,
    own.next_at,
    own.is_landing,
    own.is_edit,
    false
from own
inner join ancestors
    on
        ancestors.repo = own.repo
        and ancestors.ancestor = own.path
        and own.committed_at < ancestors.moved_at
