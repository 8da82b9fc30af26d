-- One row per repository in scope that was there before the cutoff, under its newest name.
select
    held.host,
    held.repo_id,
    held.repo,
    held.node,
    utc(held.node->>'createdAt') as created_at,
    if(held.observed_until is null, null, least(held.observed_until, settings.cutoff)) as observed_until,
    held.gone_at
from ledger.github_repositories as held
cross join stg_settings as settings
where
    utc(held.node->>'createdAt') < settings.cutoff
    and (
        settings.host is null
        or (
            held.host = settings.host
            and (
                list_contains(settings.repos, lower(held.asked_as))
                or list_contains(settings.owners, lower(split_part(held.asked_as, '/', 1)))
            )
        )
    )
qualify row_number() over (partition by lower(held.repo) order by held.gone_at nulls first, held.fetched_at desc) = 1
