-- One row per version of CODEOWNERS and rule in it; a version without the file has one row without
-- a line.
select
    repositories.repo,
    held.path as owners_path,
    held.valid_from,
    found.rule.line,
    found.rule.prefix,
    found.rule.regex,
    found.rule.owners,
    found.rule.is_catch_all
from ledger.github_codeowners as held
inner join stg_repositories as repositories
    on repositories.host = held.host and repositories.repo_id = held.repo_id
cross join input_settings as settings
left join unnest(from_json(
    held.rules,
    '[{"line": "INTEGER", "prefix": "VARCHAR", "regex": "VARCHAR", "owners": ["VARCHAR"],
        "is_catch_all": "BOOLEAN"}]'
)) as found(rule) on true
where held.valid_from < settings.cutoff
