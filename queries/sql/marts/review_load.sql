-- Who reviews how much, without who: pull requests by people and agents that independent humans
-- reviewed, by ISO week.
-- Grain: repo, number, week, reviewer. Columns are stable unless marked experimental.
--
-- repo: owner/name.
-- number: the pull request.
-- team: as in pull_requests, if at least k people reviewed pull requests of that team in that week;
--     the reviewers of rows without a team are at least k too, or all of the week.
-- week: the Monday of the week in which the review was submitted.
-- reviewer: id of a reviewer within one week; it changes every week and identifies no person.
-- lines: lines added and deleted by the pull request.
with reviews as (
    select distinct
        replies.repo,
        replies.number,
        pull_requests.team,
        date_trunc('week', replies.replied_at)::date as week,
        replies.login,
        pull_requests.additions + pull_requests.deletions as lines
    from int_independent_replies as replies
    inner join pull_requests
        on
            pull_requests.repo = replies.repo
            and pull_requests.number = replies.number
    where replies.kind = 'review' and pull_requests.author_kind is distinct from 'bot'
),

sized as (
    select
        reviews.*,
        teams.reviewers,
        reviews.team is not null and teams.reviewers >= settings.small_group as is_large,
        settings.small_group as k,
        settings.pseudonym_key
    from reviews
    inner join (
        select week, team, count(distinct login) as reviewers
        from reviews
        group by week, team
    ) as teams
        on teams.week = reviews.week and teams.team is not distinct from reviews.team
    cross join input_settings as settings
),

-- if the reviewers of all other rows are fewer than k, the smallest team joins them
ranked as (
    select
        *,
        count(distinct if(is_large, null, login)) over (partition by week) between 1 and k - 1
        and dense_rank() over (partition by week order by not is_large, reviewers, team) = 1
        as is_joined
    from sized
)

select
    repo,
    number,
    if(is_large and not is_joined, team, null) as team,
    week,
    left(sha256(pseudonym_key || week::varchar || login), 12) as reviewer,
    lines
from ranked
order by repo, number, week, reviewer
