-- One row per document of the ledger that tells of something renamed: the document with the newest names, without the
-- labels that are gone (events still tell of those).
with documents as (
    select 'pull request' as kind, host, repo_id, number, node::varchar as node
    from ledger.github_pull_requests
    where gone_at is null
    union all
    select 'issue', host, repo_id, number, node::varchar
    from ledger.github_issues
    where gone_at is null
    union all
    select 'discussion', host, repo_id, number, node::varchar
    from ledger.github_discussions
    where gone_at is null
),

mentions as (
    select kind, host, repo_id, number, unnest(list_distinct(regexp_extract_all(node, '"id":"([^"]+)"', 1))) as node_id
    from documents
    where (select count(*) from stg_renamed) > 0
),

steps as (
    select
        mentions.kind,
        mentions.host,
        mentions.repo_id,
        mentions.number,
        renamed.node_id,
        unnest([
            {
                'place': 1,
                'pattern': renamed.pattern,
                'text': '"\1":' || replace(to_json(renamed.name)::varchar, '\', '\\') || ',"id":"' || renamed.node_id || '"'
            },
            {'place': 2, 'pattern': '([\[,])\{' || renamed.pattern || '\},', 'text': '\1'},
            {'place': 3, 'pattern': ',?\{' || renamed.pattern || '\}\]', 'text': ']'}
        ][1:if(renamed.is_gone, 3, 1)]) as step
    from mentions
    inner join stg_renamed as renamed on renamed.host = mentions.host and renamed.node_id = mentions.node_id
),

listed as (
    select kind, host, repo_id, number, list(step order by node_id, step.place) as steps
    from steps
    group by kind, host, repo_id, number
)

select
    documents.kind,
    documents.host,
    documents.repo_id,
    documents.number,
    list_reduce(
        list_prepend({'place': 0, 'pattern': '', 'text': documents.node}, listed.steps),
        lambda done, step: {
            'place': 0,
            'pattern': '',
            'text': regexp_replace(done.text, step.pattern, step.text, 'g')
        }
    ).text::json as node
from documents
inner join listed
    on
        listed.kind = documents.kind
        and listed.host = documents.host
        and listed.repo_id = documents.repo_id
        and listed.number = documents.number
