-- First part of the queries of estimates and their weekly inputs: each window with the items in it,
-- from repositories that were read through it. A null in a scope's column of a window means any. It
-- is a text template and no table macro: the published file has no macros, and an answer's SQL must
-- run on it in any client. Items are repeated for each kind of scope that occurs, so that windows
-- find their items by equality. Text in braces that ends in a blank is for windows of several
-- metrics, and left out of queries of one.
with items as (
    {items}
),

windows as (
    {windows}
),

numbered as (
    select row_number() over () as position, *
    from windows
),

scope_kinds as (
    select distinct
        repo is null as is_any_repo,
        team is null as is_any_team,
        work_type is null as is_any_work_type,
        authorship is null as is_any_authorship
    from windows
),

scoped_items as (
    select
        items.* replace (
            if(kinds.is_any_repo, null, items.repo) as repo,
            if(kinds.is_any_team, null, items.team) as team,
            if(kinds.is_any_work_type, null, items.work_type) as work_type,
            if(kinds.is_any_authorship, null, items.authorship) as authorship
        )
    from items
    cross join scope_kinds as kinds
    where
        (kinds.is_any_repo or items.repo is not null)
        and (kinds.is_any_team or items.team is not null)
        and (kinds.is_any_work_type or items.work_type is not null)
        and (kinds.is_any_authorship or items.authorship is not null)
),

window_items as (
    select
        numbered.position,
        items.day,
        items.value,
        items.reviewer,
        items.cost_usd,
        items.is_excluded
    from numbered
    inner join scoped_items as items
        on
            {items.metric = numbered.metric and }items.repo is not distinct from numbered.repo
            and items.team is not distinct from numbered.team
            and items.work_type is not distinct from numbered.work_type
            and items.authorship is not distinct from numbered.authorship
            and items.day >= numbered.start_on
            and items.day < numbered.end_on
            and items.synced_until >= numbered.required_until
)
