-- One row per issue opened before the cutoff, with whether the incident rules recognise it.
with issues as (
    select
        repositories.repo,
        repositories.repo_id,
        held.number,
        held.node->>'title' as title,
        coalesce(held.node->>'body', '') as body,
        utc(held.node->>'created_at') as opened_at,
        list_transform(from_json(held.node->'labels', '[{"name":"VARCHAR"}]'), lambda label: label.name) as labels
    from ledger.github_issues as held
    inner join stg_repositories as repositories
        on repositories.host = held.host and repositories.repo_id = held.repo_id
    cross join stg_settings as settings
    where utc(held.node->>'created_at') < settings.cutoff
)

select
    issues.*,
    exists (
        select 1
        from stg_rules as rules
        where
            rules.kind = 'label_rules'
            and rules.value = 'incident'
            and (
                (rules.field = 'title' and regexp_matches(issues.title, rules.pattern, 'i'))
                or (
                    rules.field = 'label'
                    and len(list_filter(issues.labels, lambda label: regexp_matches(label, rules.pattern, 'i'))) > 0
                )
            )
    ) as is_incident
from issues
