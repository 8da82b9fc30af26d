-- One row per issue, discussion and imported item opened before the cutoff, with the labels it
-- carries then.
with labels as (
    select repo, number, list(label order by label) as labels
    from int_issue_label_intervals
    where to_at is null
    group by repo, number
)

select
    issues.repo,
    issues.repo_id,
    issues.number,
    'issue' as tracker,
    issues.title,
    issues.body,
    issues.url,
    issues.author,
    issues.author_association,
    null as author_word,
    null as category,
    issues.type,
    issues.milestone_number,
    issues.milestone,
    issues.opened_at,
    coalesce(labels.labels, []) as labels
from stg_github_issues as issues
left join labels on labels.repo = issues.repo and labels.number = issues.number
union all
select
    repo,
    repo_id,
    number,
    'discussion',
    title,
    '',
    url,
    author,
    author_association,
    null,
    category,
    null,
    null,
    null,
    opened_at,
    list_sort(labels)
from stg_discussions
union all
select
    repo,
    null,
    number,
    source,
    title,
    '',
    url,
    null,
    null,
    author_kind,
    null,
    type,
    null,
    null,
    opened_at,
    list_sort(coalesce(labels, []))
from stg_imported_items
