-- One row per milestone made before the cutoff.
select
    repositories.repo,
    (held.node->>'number')::integer as number,
    held.node->>'title' as title,
    url_in(repositories.node, held.node->>'url') as url,
    utc(held.node->>'dueOn') as due_at,
    utc(held.node->>'createdAt') as created_at,
    if(
        utc(held.node->>'closedAt') < settings.cutoff,
        utc(held.node->>'closedAt'),
        null
    ) as closed_at
from ledger.github_milestones as held
inner join stg_repositories as repositories
    on repositories.host = held.host and repositories.repo_id = held.repo_id
cross join input_settings as settings
where utc(held.node->>'createdAt') < settings.cutoff
