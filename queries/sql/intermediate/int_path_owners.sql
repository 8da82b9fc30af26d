-- One row per path of a changed file or of a document, and version of CODEOWNERS whose last matching
-- rule names owners and is no catch-all.
with paths as (
    select repo, path
    from int_written_files
    union
    select repo, document
    from int_documents
),

matches as (
    select
        paths.repo,
        paths.path,
        rules.owners_path,
        rules.valid_from,
        max_by(
            struct_pack(owners := rules.owners, is_catch_all := rules.is_catch_all), rules.line
        ) as rule
    from paths
    inner join stg_owner_rules as rules
        on
            rules.repo = paths.repo
            and matches_path(paths.path, rules.prefix, rules.regex)
    group by all
)

select repo, path, owners_path, valid_from, rule.owners as owners
from matches
where not rule.is_catch_all and len(rule.owners) > 0
