-- Who reviews how much, without who: pull requests by people and agents that independent humans
-- reviewed, by ISO week.
-- Grain: repo, number, week, reviewer. Columns are stable unless marked experimental.
--
-- repo: owner/name.
-- number: the pull request.
-- team: as in pull_requests.
-- week: the Monday of the week in which the review was submitted.
-- reviewer: id of a reviewer within one week; it changes every week and identifies no person.
-- lines: lines added and deleted by the pull request.
select
    reviews.repo,
    reviews.number,
    pull_requests.team,
    date_trunc('week', reviews.replied_at)::date as week,
    left(sha256(
        settings.pseudonym_key || date_trunc('week', reviews.replied_at)::varchar || reviews.login
    ), 12) as reviewer,
    pull_requests.additions + pull_requests.deletions as lines
from int_independent_replies as reviews
inner join pull_requests
    on
        pull_requests.repo = reviews.repo
        and pull_requests.number = reviews.number
cross join input_settings as settings
where reviews.kind = 'review' and pull_requests.author_kind is distinct from 'bot'
group by all
order by reviews.repo, reviews.number, week, reviewer
