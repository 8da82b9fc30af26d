-- One row per co-author named in a trailer, with the account where it can be told; `place` is the
-- commit's, null for the pull request's own text.
with trailers as (
    select
        repo,
        number,
        place,
        line_place,
        lower(regexp_extract(trailer, '<([^>]*)>', 1)) as email
    from int_trailers
    where regexp_matches(trailer, '^co-authored-by:.*<[^>]*>', 'i')
),

known as (
    select author_email as email, min(lower(author)) as login
    from stg_commits
    where author is not null and author_email is not null
    group by author_email
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
