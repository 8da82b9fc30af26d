-- One row per co-author named in a commit's trailers, with the account where it can be told.
with trailers as (
    select
        commits.repo,
        commits.number,
        commits.place,
        found.line_place,
        lower(regexp_extract(found.line, '<([^>]*)>', 1)) as email
    from stg_commits as commits
    cross join unnest(
        regexp_extract_all(commits.message, '(?im)^co-authored-by:.*<[^>]*>')
    ) with ordinality as found(line, line_place)
),

known as (
    select author_email as email, min(lower(author)) as login
    from stg_commits
    where author is not null and author_email is not null
    group by author_email
    having count(distinct lower(author)) = 1
)

select
    trailers.repo,
    trailers.number,
    trailers.place,
    trailers.line_place,
    trailers.email,
    coalesce(
        nullif(regexp_extract(
            trailers.email, '^(?:\d+\+)?([\w-]+)@users\.noreply\.github\.com$', 1
        ), ''),
        known.login
    ) as login
from trailers
left join known on known.email = trailers.email
