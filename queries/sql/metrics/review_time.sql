-- Hours from the first response (never before ready) to merged, of pull requests by people and
-- agents that were first answered in the window. Those not merged yet, or closed unmerged, count as
-- unfinished. Ready ones without a response are missing and dated by ready. Drafts that never
-- became ready and bots are excluded.
select
    case
        when ready_at is null then opened_at
        when pickup_hours is null then ready_at
        else greatest(started_at, ready_at, first_response_at)
    end::date as day,
    repo,
    number,
    team,
    work_type,
    authorship,
    case
        when author_kind = 'bot' or ready_at is null or pickup_hours is null then null
        when merged_at is null then 'infinity'::double
        else review_hours
    end as value,
    coalesce(author_kind = 'bot', false) or ready_at is null as is_excluded
from pull_requests
