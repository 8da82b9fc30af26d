-- One row per document of the ledger that tells of something renamed: the document with the newest
-- names, without the labels that are gone (events still tell of those). In a document an id stands
-- right after its name.
with names as (
    select
        renamed.host,
        renamed.node_id,
        if(renamed.kind = 'account', '"login":', '"name":') || to_json(held.name) || ',"id":"' || held.node_id || '"'
            as told,
        if(renamed.kind = 'account', '"login":', '"name":') || to_json(renamed.name) || ',"id":"' || held.node_id || '"'
            as newest,
        renamed.is_gone,
        held.name = renamed.name as is_newest
    from stg_renamed as renamed
    inner join ledger.github_names as held
        on
            held.host = renamed.host
            and held.node_id = renamed.node_id
    where held.name <> ''
),

-- an object in a list stands after [ or a comma, one of an event after a colon
steps as (
    select host, node_id, 1 as place, told as before, newest as after
    from names
    where not is_newest
    union all
    select host, node_id, 2, '[{' || newest || '},', '['
    from names
    where is_gone and is_newest
    union all
    select host, node_id, 3, ',{' || newest || '}', ''
    from names
    where is_gone and is_newest
    union all
    select host, node_id, 4, '[{' || newest || '}]', '[]'
    from names
    where is_gone and is_newest
),

documents as not materialized (
    select 'pull request' as kind, host, repo_id, number, node::varchar as node
    from ledger.github_pull_requests
    where deleted_at is null
    union all
    select 'issue', host, repo_id, number, node::varchar
    from ledger.github_issues
    where deleted_at is null
    union all
    select 'discussion', host, repo_id, number, node::varchar
    from ledger.github_discussions
    where deleted_at is null
),

mentions as (
    select
        documents.kind,
        documents.host,
        documents.repo_id,
        documents.number,
        unnest(list_distinct(regexp_extract_all(documents.node, '"id":"([^"]+)"', 1))) as node_id
    from documents
    cross join (select 1 from stg_renamed limit 1) as something  -- nothing is looked for where nothing was renamed
),

listed as (
    select
        mentions.kind,
        mentions.host,
        mentions.repo_id,
        mentions.number,
        list({'before': steps.before, 'after': steps.after} order by steps.node_id, steps.place) as steps
    from mentions
    inner join steps on steps.host = mentions.host and steps.node_id = mentions.node_id
    group by mentions.kind, mentions.host, mentions.repo_id, mentions.number
)

select
    documents.kind,
    documents.host,
    documents.repo_id,
    documents.number,
    list_reduce(
        list_prepend({'before': documents.node, 'after': ''}, listed.steps),
        lambda done, step: {'before': replace(done.before, step.before, step.after), 'after': ''}
    ).before::json as node
from documents
inner join listed
    on
        listed.kind = documents.kind
        and listed.host = documents.host
        and listed.repo_id = documents.repo_id
        and listed.number = documents.number
