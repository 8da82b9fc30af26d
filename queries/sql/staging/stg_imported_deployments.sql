-- One row per imported deployment made before the cutoff, as the newest export returns it. `commit` is
-- a commit, a part of its id or the tag of a release.
select
    repositories.repo,
    imports.place || ':' || deployments.key as deployment,
    deployments.environment,
    lower(deployments.commit) as commit,
    deployments.status as state,
    deployments.url,
    deployments.deployed_at as created_at
from ledger.imported_deployments as deployments
inner join stg_imports as imports on imports.import_id = deployments.import_id
inner join stg_repositories as repositories
    on lower(repositories.repo) = lower(deployments.repo)
cross join input_settings as settings
where deployments.deployed_at < settings.cutoff
qualify row_number() over (partition by imports.place, deployments.key order by imports.age) = 1
