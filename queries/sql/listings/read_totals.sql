-- How far the repositories of GitHub were read, and how many of the pull requests and issues that
-- GitHub itself counts are here. GitHub is asked for complete days, by month of creation; months
-- that were not counted are in no total. Repositories that GitHub says are not there are left out,
-- and the day that all were read through is that of those that are not archived.
with places as (
    select *
    from repositories
    where not is_imported and deleted_at is null
),

compared as (
    select
        reconciliation.repo,
        sum(at_github) as at_github,
        sum(greatest(difference, 0)) filter (difference is not null) as missing_here,
        sum(greatest(-difference, 0)) filter (difference is not null) as missing_there,
        max(counted_until) as counted_until,
        count(at_github) as counted_months
    from reconciliation
    semi join places on places.repo = reconciliation.repo
    group by reconciliation.repo
)

select
    count(*) as repositories,
    count(places.synced_until) as read_repositories,
    (
        coalesce(
            min(places.synced_until) filter (not places.is_archived),
            min(places.synced_until)
        ) - interval 1 day
    )::date
        as read_through,
    count(*) filter (compared.counted_months = 0) as uncounted_repositories,
    sum(compared.at_github)::bigint as at_github,
    sum(compared.missing_here)::bigint as missing_here,
    sum(compared.missing_there)::bigint as missing_there,
    max(compared.counted_until) as counted_until,
    sum(places.discussion_count) filter (
        places.discussions_at_github is not null
    )::bigint as discussions,
    sum(places.discussions_at_github)::bigint as discussions_at_github,
    sum(places.queued_count)::bigint as still_to_come
from places
left join compared on compared.repo = places.repo
