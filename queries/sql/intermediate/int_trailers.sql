-- One row per line of a pull request's texts that has the form of a trailer.
with texts as (
    select repo, number, null as place, body as text from stg_pull_requests
    union all
    select repo, number, place, message from stg_commits
),

lists as (
    select
        repo,
        number,
        place,
        regexp_extract_all(text, '(?m)^[\w-]+:.*$') as trailers
    from texts
)

select
    repo,
    number,
    place,
    unnest(range(1, len(trailers) + 1)) as line_place,
    unnest(trailers) as trailer
from lists
