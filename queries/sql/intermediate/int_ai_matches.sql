-- One row per AI rule that matched a pull request: every match is kept with its tier, the class is
-- decided later. `place` is set where the value belongs to the author of one commit, `is_opener`
-- where it is the opener's login.
with found as (
    select repo, number, null as place, 'login' as field, lower(author) as value, true as is_opener
    from stg_pull_requests
    union all
    select repo, number, place, 'login', lower(author), false from stg_commits
    union all
    select repo, number, null, 'login', lower(committer), false from stg_commits
    union all
    select repo, number, place, 'email', author_email, false from stg_commits
    union all
    select repo, number, null, 'email', committer_email, false from stg_commits
    union all
    select repo, number, null, 'email', email, false from int_co_authors
    union all
    select repo, number, null, 'branch', head_branch, false from stg_pull_requests
    union all
    select repo, number, null, 'title', title, false from stg_pull_requests
    union all
    select repo, number, null, 'label', label, false from int_labels
    union all
    select repo, number, null, 'comment', unnest(comments), false from stg_pull_requests
    union all
    select repo, number, null, 'body', body, false from stg_pull_requests
    union all
    select repo, number, null, 'message', message, false from stg_commits
    union all
    select repo, number, null, 'trailer', trailer, false from int_trailers
)

select distinct
    found.repo,
    found.number,
    found.place,
    found.is_opener,
    matches.rule_field as field,
    matches.rule,
    matches.position,
    rules.tier,
    matches.meaning as kind
from found
inner join int_rule_matches as matches
    on matches.kind = 'ai_signals' and matches.field = found.field and matches.value = found.value
inner join input_rules as rules on rules.kind = 'ai_signals' and rules.position = matches.position
