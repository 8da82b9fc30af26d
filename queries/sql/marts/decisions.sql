-- Decision records on the default branch. Indexes, templates and the record that starts a collection
-- are left out.
-- Grain: repo, path. Columns are stable unless marked experimental.
--
-- repo: owner/name.
-- path: path of the record.
-- status: accepted, proposed, superseded, deprecated, rejected or on hold; accepted if the record
--     has none.
-- has_status: the record has a status.
-- decided_on: the earlier of its own date and the day of its first known commit.
-- has_why: it gives a reason beside a context, options or the outcome.
-- superseded_by: path of the record that replaces it.
-- deleted_at: when it was deleted, UTC; null while it is there.
with landed as (
    select repo, path, min(committed_at)::date as landed_on
    from int_knowledge_edits
    where blob is not null
    group by repo, path
)

select
    records.repo,
    records.path,
    coalesce(records.status, 'accepted') as status,
    records.has_status,
    least(records.decided_on, landed.landed_on, records.read_at::date) as decided_on,
    records.has_why,
    records.superseded_by,
    records.deleted_at
from int_documents as records
left join landed on landed.repo = records.repo and landed.path = records.path
cross join input_settings as settings
where
    records.is_record
    and not records.is_pointer
    and least(records.decided_on, landed.landed_on, records.read_at::date) <= settings.as_of
order by records.repo, records.path
