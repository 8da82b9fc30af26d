-- One row per pull request of the ledger that was not deleted, with the newest names of accounts
-- and labels.
select
    raw.host,
    raw.repo_id,
    raw.number,
    coalesce(renamed.node, raw.node) as node
from ledger.github_pull_requests as raw
left join input_renamed_documents as renamed
    on
        renamed.kind = 'pull request'
        and renamed.host = raw.host
        and renamed.repo_id = raw.repo_id
        and renamed.number = raw.number
where raw.deleted_at is null
