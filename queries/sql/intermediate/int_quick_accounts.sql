-- One row per account that answered items of others within a minute after they were opened: how
-- many, and of how many that it answered. `is_machine` if it answered at least five, and four fifths
-- of all that it answered, within half a minute, and is not in people.csv: nobody reads and writes
-- so fast so often.
with items as (
    select repo, number, author, opened_at from stg_pull_requests
    union all
    select repo, number, author, opened_at from stg_github_issues
    union all
    select repo, number, author, opened_at from stg_discussions
),

replies as (
    select repo, number, login, replied_at from stg_replies
    union all
    select repo, number, login, replied_at from stg_issue_replies
),

firsts as (
    select
        replies.repo,
        replies.number,
        lower(replies.login) as login,
        epoch(min(replies.replied_at) - any_value(items.opened_at)) as seconds
    from replies
    inner join items on items.repo = replies.repo and items.number = replies.number
    where lower(replies.login) is distinct from lower(items.author)
    group by all
)

select
    login,
    count(*) as answered,
    count(*) filter (seconds <= 60) as within_a_minute,
    count(*) filter (seconds <= 30) >= greatest(5, 0.8 * count(*))
    and login not in (select login from int_listed_people) as is_machine
from firsts
where login is not null
group by login
having count(*) filter (seconds <= 60) > 0
