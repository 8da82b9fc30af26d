-- One row per file that codifies knowledge, with the document that it is: links and stubs of one
-- line are the document that they name. CODEOWNERS is none.
with files as (
    select *
    from stg_knowledge_files
    where kind <> 'codeowners'
),

resolved as (
    with recursive steps(repo, path, document, hops) as (
        select repo, path, path, 0
        from files
        union
        select steps.repo, steps.path, targets.path, steps.hops + 1
        from steps
        inner join files on files.repo = steps.repo and files.path = steps.document
        inner join files as targets
            on targets.repo = files.repo and targets.path = files.pointer
        where steps.hops < 4 and targets.path <> steps.path
    )
    select repo, path, arg_max(document, hops) as document
    from steps
    group by repo, path
)

select
    files.*,
    resolved.document,
    resolved.document <> files.path as is_pointer
from files
inner join resolved on resolved.repo = files.repo and resolved.path = files.path
