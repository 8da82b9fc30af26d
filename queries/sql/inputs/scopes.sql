-- Which repositories of which GitHub the settings name: one row per GitHub, in their order; without
-- any, all are taken. `included` and `excluded` are regular expressions for the whole name of a
-- repository that comes with its owner.
create temp table input_scopes as
select
    position::integer as position,
    host::varchar as host,
    repos::varchar[] as repos,
    owners::varchar[] as owners,
    included::varchar as included,
    excluded::varchar as excluded,
    forks::boolean as forks
from scopes_frame;

-- One row per repository in scope, with its newest `name` and its published name, `repo`: if
-- several
-- GitHubs have the same name, all but the first of them are prefixed with the host.
create temp table input_repositories as
with held as (
    select
        held.host,
        held.repo_id,
        held.repo,
        held.node,
        held.fetched_at,
        held.synced_until,
        held.deleted_at,
        scopes.position
    from ledger.github_repositories as held
    left join input_scopes as scopes
        on
            scopes.host = held.host
            and (
                list_contains(scopes.repos, lower(held.asked_as))
                or list_contains(scopes.repos, lower(held.repo))
                or (
                    list_contains(scopes.owners, lower(split_part(held.repo, '/', 1)))
                    and regexp_full_match(held.repo, scopes.included, 'i')
                    and not regexp_full_match(held.repo, scopes.excluded, 'i')
                    and (scopes.forks or not coalesce((held.node->>'isFork')::boolean, false))
                )
            )
    where scopes.host is not null or not exists (from input_scopes)
    qualify
        row_number() over (
            partition by held.host, lower(
                held.repo
            ) order by held.deleted_at nulls first, held.fetched_at desc
        ) = 1
)

select
    host,
    repo_id,
    repo as name,
    if(
        row_number() over (
            partition by lower(repo)
            order by position,
            host
        ) = 1, repo, concat(host, '/', repo)
    ) as repo,
    node,
    synced_until,
    deleted_at
from held;
