-- One row per thing of an issue that a rule may look at: labels as of the cutoff, title, milestone, category, type, and
-- whether its author is from outside.
select repo, number, tracker, opened_at, 'label' as field, unnest(labels) as value from stg_issues
union all
select repo, number, tracker, opened_at, 'title', title from stg_issues
union all
select repo, number, tracker, opened_at, 'milestone', milestone from stg_issues where milestone is not null
union all
select repo, number, tracker, opened_at, 'category', category from stg_issues where category is not null
union all
select repo, number, tracker, opened_at, 'type', type from stg_issues where type is not null
union all
select issues.repo, issues.number, issues.tracker, issues.opened_at, 'author', 'outside'
from stg_issues as issues
inner join stg_issue_authors as authors
    on authors.repo = issues.repo and authors.number = issues.number and authors.is_outside_author
