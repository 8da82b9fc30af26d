-- One row per pull request or issue that the label rules recognise, and as what: hotfix or incident.
with found as (
    select repo, 'pull request' as item, number, 'label' as field, label as value from stg_labels
    union all
    select repo, 'pull request', number, 'branch', head_branch from stg_pull_requests
    union all
    select repo, 'pull request', number, 'title', title from stg_pull_requests
    union all
    select repo, 'issue', number, 'label', unnest(labels) from stg_issues
    union all
    select repo, 'issue', number, 'title', title from stg_issues
)

select distinct
    found.repo,
    found.item,
    found.number,
    matches.meaning as kind,
    matches.rule
from found
inner join stg_rule_matches as matches
    on matches.kind = 'label_rules' and matches.field = found.field and matches.value = found.value
