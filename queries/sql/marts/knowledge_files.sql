-- Documents that codify knowledge on the default branch: instructions for agents, and what people
-- write for people. Links and stubs of one line count as the document that they name; CODEOWNERS
-- and decision records are in other tables or columns.
-- Grain: repo, path. Columns are stable unless marked experimental.
--
-- repo: owner/name.
-- path: path of the document.
-- kind: tool that reads it (agents, claude, copilot, cursor, …), or contributing, testing, style,
--     architecture, security, runbook, adr or rfc.
-- level: scoped if it covers a folder or a glob, root if it covers the repository; null if it covers
--     no path.
-- scope: folders and globs that it covers.
-- also_at: links and stubs that are the same document.
-- size_bytes: size of the newest text.
-- rules: lines of lists in the newest text; null if GitHub returned no text.
-- rules_with_a_reason: of these, lines with a word such as because. A lower bound.
-- has_why: a decision record says why; null for other kinds.
-- landed_at: first known commit of the file on the default branch, UTC.
-- last_edited_at: last change of at least three lines, moves and changes of mode left out, UTC.
-- changes_since: merged pull requests in its scope since then.
-- changes_of_year: merged pull requests in its scope in the last 365 days.
-- is_stale: not edited for 90 days, and at least ten changes and half of a year's since; null if it
--     covers no path.
-- owner_kind: team or person, of the rule of CODEOWNERS that matches its path and is no catch-all;
--     null without an owner.
-- owner: the team, if at least k people of people.csv are in it; a person as `people` allows.
-- owner_level: level of a person in people.csv, if at least k people have it.
-- owner_is_senior: the level is that of a senior, staff, principal or lead person, or at least half
--     of the team's are; null for fewer than k people.
-- deleted_at: when it was deleted, UTC; null while it is there.
with documents as (
    select *
    from int_documents
    where not is_pointer and not is_link
),

pointers as (
    select repo, document, list(path order by path) as paths
    from int_documents
    where is_pointer and deleted_at is null
    group by repo, document
),

scopes as (
    select
        repo,
        document,
        list(distinct text order by text) as texts,
        bool_and(is_root) as is_root
    from int_document_scopes
    where until_at = timestamp 'infinity'
    group by repo, document
),

edits as (
    select
        repo,
        path,
        min(committed_at) as landed_at,
        coalesce(
            max(committed_at) filter (is_edit), min(committed_at)
        ) as last_edited_at
    from int_knowledge_edits
    where blob is not null
    group by repo, path
)

select
    documents.repo,
    documents.path,
    documents.kind,
    if(scopes.texts is null, null, if(scopes.is_root, 'root', 'scoped')) as level,
    coalesce(scopes.texts, []) as scope,
    coalesce(pointers.paths, []) as also_at,
    documents.size as size_bytes,
    documents.rules,
    documents.reasons as rules_with_a_reason,
    documents.has_why,
    edits.landed_at,
    edits.last_edited_at,
    changes.changes_since,
    changes.changes_of_year,
    is_stale(
        changes.edited_at, changes.happened_at, changes.changes_since, changes.changes_of_year
    ) as is_stale,
    owners.owner.kind as owner_kind,
    owners.owner.name as owner,
    owners.owner.level as owner_level,
    owners.owner.is_senior as owner_is_senior,
    documents.deleted_at
from documents
left join pointers on pointers.repo = documents.repo and pointers.document = documents.path
left join scopes on scopes.repo = documents.repo and scopes.document = documents.path
left join edits on edits.repo = documents.repo and edits.path = documents.path
left join int_document_changes as changes
    on
        changes.repo = documents.repo
        and changes.document = documents.path
        and changes.number is null
left join int_document_owners as owners
    on owners.repo = documents.repo and owners.document = documents.path
order by documents.repo, documents.path
