-- One row per login that an account had and no account has now, with the login of that account now;
-- lower case.
with accounts as (
    select lower(arg_max(name, (seen_at, name))) as login
    from ledger.github_names
    where kind = 'account'
    group by host, node_id
)

select
    lower(names.name) as former,
    lower(arg_max(renamed.name, (names.seen_at, renamed.name))) as login
from ledger.github_names as names
inner join input_newest_names as renamed
    on
        renamed.host = names.host
        and renamed.node_id = names.node_id
anti join accounts on accounts.login = lower(names.name)
where names.kind = 'account'
group by lower(names.name)
