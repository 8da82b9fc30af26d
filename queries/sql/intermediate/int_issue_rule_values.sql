-- One row per thing of an issue that a rule may look at: labels as of the cutoff, title, milestone,
-- category, type, and whether its author is from outside.
select repo, number, tracker, opened_at, 'label' as field, unnest(labels) as value from int_issues
union all
select repo, number, tracker, opened_at, 'title', title from int_issues
union all
select
    repo,
    number,
    tracker,
    opened_at,
    'milestone',
    milestone
from int_issues
where milestone is not null
union all
select
    repo,
    number,
    tracker,
    opened_at,
    'category',
    category
from int_issues
where category is not null
union all
select repo, number, tracker, opened_at, 'type', type from int_issues where type is not null
union all
select issues.repo, issues.number, issues.tracker, issues.opened_at, 'author', 'outside'
from int_issues as issues
inner join int_issue_authors as authors
    on authors.repo = issues.repo and authors.number = issues.number and authors.is_outside_author
