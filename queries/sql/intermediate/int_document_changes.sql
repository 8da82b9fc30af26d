-- One row per document and pull request in its scope: the document's last edit before it, and how
-- many changes were merged in its scope since then and in the year before. A document has one more
-- row, without a number, for the end of the data.
with scopes as (
    select distinct repo, document, prefix, regex
    from int_document_scopes
),

paths as (
    select distinct repo, path
    from int_written_files
),

matches as (
    select distinct paths.repo, paths.path, scopes.document
    from paths
    inner join scopes
        on
            scopes.repo = paths.repo
            and matches_path(paths.path, scopes.prefix, scopes.regex)
),

moments as (
    select distinct
        files.repo,
        matches.document,
        files.number,
        files.happened_at,
        files.is_merged
    from int_written_files as files
    inner join matches on matches.repo = files.repo and matches.path = files.path
    union all
    select distinct scopes.repo, scopes.document, null, settings.cutoff, false
    from scopes
    cross join input_settings as settings
),

counted as (
    select
        *,
        count(*) filter (is_merged) over (
            partition by repo, document
            order by happened_at
            range between unbounded preceding and interval 1 microsecond preceding
        ) as before,
        count(*) filter (is_merged) over (
            partition by repo, document
            order by happened_at
            range between interval 365 day preceding and interval 1 microsecond preceding
        ) as changes_of_year
    from moments
),

edits as (
    select repo, path as document, committed_at as edited_at
    from int_knowledge_edits
    where is_edit or is_landing
),

dated as (
    select counted.*, edits.edited_at
    from counted
    asof left join edits
        on
            edits.repo = counted.repo
            and edits.document = counted.document
            and edits.edited_at < counted.happened_at
),

at_edit as (
    select distinct repo, document, edited_at
    from dated
    where edited_at is not null
),

counts_at_edit as (
    select
        at_edit.repo,
        at_edit.document,
        at_edit.edited_at,
        count(moments.number) filter (moments.is_merged) as before
    from at_edit
    left join moments
        on
            moments.repo = at_edit.repo
            and moments.document = at_edit.document
            and moments.happened_at <= at_edit.edited_at
    group by all
)

select
    dated.repo,
    dated.document,
    dated.number,
    dated.happened_at,
    dated.edited_at,
    greatest(dated.before - coalesce(counts.before, 0), 0) as changes_since,
    dated.changes_of_year
from dated
left join counts_at_edit as counts
    on
        counts.repo = dated.repo
        and counts.document = dated.document
        and counts.edited_at = dated.edited_at
