-- One row per line of a pull request's texts that has the form of a trailer.
with texts as (
    select repo, number, null as place, body as text from stg_pull_requests
    union all
    select repo, number, place, message from stg_commits
)

select
    texts.repo,
    texts.number,
    texts.place,
    found.line_place,
    found.trailer
from texts
cross join unnest(
    regexp_extract_all(texts.text, '(?m)^[\w-]+:.*$')
) with ordinality as found(trailer, line_place)
