-- The windows by number, and each item under every scope that holds it, as windows call that scope:
-- null means any. So that windows find their items by equality. Comes after the items and windows
-- of a query.
numbered as (
    select row_number() over () as place, *
    from windows
),

kinds as (
    select distinct
        repo is null as is_any_repo,
        team is null as is_any_team,
        work_type is null as is_any_work_type,
        authorship is null as is_any_authorship
    from windows
),

scoped as (
    select
        items.* replace (
            if(kinds.is_any_repo, null, items.repo) as repo,
            if(kinds.is_any_team, null, items.team) as team,
            if(kinds.is_any_work_type, null, items.work_type) as work_type,
            if(kinds.is_any_authorship, null, items.authorship) as authorship
        )
    from items
    cross join kinds
    where
        (kinds.is_any_repo or items.repo is not null)
        and (kinds.is_any_team or items.team is not null)
        and (kinds.is_any_work_type or items.work_type is not null)
        and (kinds.is_any_authorship or items.authorship is not null)
)
