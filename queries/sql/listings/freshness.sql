-- What is stale or failed: one row per problem, in words; $max_age_days is how old the data may be.
-- People export by hand, so what was imported may be five weeks old.
with oldest as (
    select
        timezone('UTC', $now::timestamptz)::date - $max_age_days::integer as day,
        timezone('UTC', $now::timestamptz)::date - greatest(
            35,
            $max_age_days::integer
        ) as exported_on
),

last_refresh as (
    -- a scope that the last refresh did not ask for is no concern of today
    select
        source,
        scope,
        status,
        message
    from loads
    qualify started_at = max(started_at) over (partition by source)
),

outdated_snapshot as (
    -- the last complete day of the day on which repositories must have been read
    select format(
        'published data is as of {}; run `headway refresh`, without --as-of',
        snapshot.as_of
    ) as problem
    from snapshot
    cross join oldest
    where
        snapshot.as_of < if(
            exists (from repositories where not is_imported), oldest.day, oldest.exported_on
        ) - 1
),

future_snapshot as (
    select format(
        'published data is as of {}, which is in the future; set the clock of this machine, '
        'then run `headway refresh`',
        snapshot.as_of
    ) as problem
    from snapshot
    where snapshot.as_of > timezone('UTC', $now::timestamptz)::date
),

stale as (
    select format(
        '{}: not read through {}, last read until {}; run `headway refresh`',
        repositories.repo,
        oldest.day,
        coalesce(repositories.synced_until::date::text, 'never')
    ) as problem
    from repositories
    cross join oldest
    where
        repositories.deleted_at is null
        and not repositories.is_archived
        and not repositories.is_imported
        and coalesce(repositories.synced_until::date < oldest.day, true)
),

outdated as (
    select format(
        '{}: its newest export is of {}; export it again, then run `headway import FILE`',
        repositories.repo,
        repositories.synced_until::date
    ) as problem
    from repositories
    cross join oldest
    where repositories.is_imported and repositories.synced_until::date < oldest.exported_on
),

failed as (
    select concat_ws(' ', source, nullif(scope, '')) || ': ' || message as problem
    from last_refresh
    where status = 'failed'
)

select problem from outdated_snapshot
union all
select problem from future_snapshot
union all
select problem from stale
union all
select problem from outdated
union all
select problem from failed
order by problem
