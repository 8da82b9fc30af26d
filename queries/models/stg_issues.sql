-- One row per issue opened before the cutoff.
select
    repositories.repo,
    repositories.repo_id,
    held.number,
    held.node->>'title' as title,
    coalesce(held.node->>'body', '') as body,
    utc(held.node->>'createdAt') as opened_at,
    list_transform(from_json(held.node->'labels', '[{"name":"VARCHAR"}]'), lambda label: label.name) as labels
from ledger.github_issues as held
inner join stg_repositories as repositories
    on repositories.host = held.host and repositories.repo_id = held.repo_id
cross join stg_settings as settings
where utc(held.node->>'createdAt') < settings.cutoff
