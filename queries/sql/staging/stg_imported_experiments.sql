-- One row per experiment of another tool or of a file in a repository, started before the cutoff or
-- not dated, as the newest export that holds it tells it.
select
    case
        when repositories.repo is not null then repositories.repo
        when imports.source = 'github' then imports.account
        else imports.place
    end as repo,
    experiments.key,
    imports.source,
    experiments.title,
    experiments.url,
    experiments.started_at,
    if(experiments.shipped_at < settings.cutoff, experiments.shipped_at, null) as shipped_at,
    if(experiments.decided_at < settings.cutoff, experiments.decided_at, null) as decided_at,
    if(
        coalesce(experiments.decided_at < settings.cutoff, false),
        experiments.decision,
        null
    ) as decision
from ledger.imported_experiments as experiments
inner join stg_imports as imports on imports.import_id = experiments.import_id
cross join input_settings as settings
left join stg_repositories as repositories on lower(repositories.repo) = lower(experiments.repo)
where coalesce(experiments.started_at < settings.cutoff, true)
qualify row_number() over (partition by imports.place, experiments.key order by imports.age) = 1
