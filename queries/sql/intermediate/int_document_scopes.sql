-- One row per pattern of paths that a document covers, and time in which it does: that of its file,
-- and of the links and stubs that name it. A document with fewer than five rules and 400 bytes
-- covers nothing. A document in a folder of its tool covers what its links do.
with places as (
    select
        files.repo,
        files.document,
        files.path,
        unnest(files.patterns) as pattern
    from int_documents as files
    where not files.is_link and not files.is_pointer
    union all
    -- a link covers the folder in which it is, a stub too
    select
        files.repo,
        files.document,
        files.path,
        struct_pack(
            text := coalesce(nullif(folder.prefix, ''), '/'),
            prefix := folder.prefix,
            regex := null::varchar
        )
    from int_documents as files
    cross join lateral (
        select
            regexp_replace(
                regexp_extract(files.path, '^(.*/)?[^/]*$', 1), '(^|/)\.[\w-]+/$', '\1'
            ) as prefix
    ) as folder
    where files.is_pointer and files.covers in ('folder', 'root')
),

linked as (
    select distinct repo, document
    from int_documents
    where is_pointer and covers in ('folder', 'root')
),

substantial as (
    select repo, path
    from int_documents
    where not is_pointer and (coalesce(rules, 5) >= 5 or size >= 400)
),

-- when each file was there
present as (
    select
        repo,
        path,
        committed_at as from_at,
        coalesce(next_at, timestamp 'infinity') as until_at
    from int_knowledge_edits
    where is_own and blob is not null
    union all
    select
        files.repo,
        files.path,
        files.read_at,
        coalesce(files.deleted_at, timestamp 'infinity')
    from stg_knowledge_files as files
    anti join stg_knowledge_edits as edits
        on edits.repo = files.repo and edits.path = files.path
)

select
    places.repo,
    places.document,
    places.pattern.text as text,
    places.pattern.prefix as prefix,
    places.pattern.regex as regex,
    places.pattern.prefix = '' and places.pattern.regex is null as is_root,
    greatest(own.from_at, target.from_at) as from_at,
    least(own.until_at, target.until_at) as until_at
from places
semi join substantial
    on substantial.repo = places.repo and substantial.path = places.document
inner join present as own on own.repo = places.repo and own.path = places.path
inner join present as target
    on
        target.repo = places.repo
        and target.path = places.document
        and target.from_at < own.until_at
        and own.from_at < target.until_at
left join linked on linked.repo = places.repo and linked.document = places.document
where
    places.path <> places.document
    or linked.document is null
    or not regexp_matches(places.document, '^\.[\w-]+/')
