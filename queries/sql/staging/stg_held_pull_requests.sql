-- One row per pull request of the ledger that GitHub still shows, in the newest names of accounts
-- and labels.
select
    held.host,
    held.repo_id,
    held.number,
    coalesce(rewritten.node, held.node) as node
from ledger.github_pull_requests as held
left join int_rewritten as rewritten
    on
        rewritten.kind = 'pull request'
        and rewritten.host = held.host
        and rewritten.repo_id = held.repo_id
        and rewritten.number = held.number
where held.deleted_at is null
