-- One row per pull request, issue or milestone that the label rules recognise as of the cutoff, and
-- as what.
with found as (
    select repo, 'pull request' as item, number, 'label' as field, label as value from int_labels
    union all
    select repo, 'pull request', number, 'branch', head_branch from stg_pull_requests
    union all
    select repo, 'pull request', number, 'title', title from stg_pull_requests
    union all
    select repo, 'issue', number, field, value from int_issue_rule_values
    union all
    select repo, 'milestone', number, 'milestone', title from stg_milestones
)

select distinct
    found.repo,
    found.item,
    found.number,
    matches.meaning as kind,
    matches.rule
from found
inner join int_rule_matches as matches
    on matches.kind = 'label_rules' and matches.field = found.field and matches.value = found.value
-- a milestone that is a capability is delivered with its last issue, not with its first
where not (found.item = 'issue' and found.field = 'milestone' and matches.meaning = 'capability')
