-- Of pull requests by people and agents that were merged into the default branch in the window and
-- have a known work type, the share that are features or experiments. Unclassified ones are
-- missing, bots are excluded.
select
    merged_at::date as day,
    repo,
    number,
    team,
    work_type,
    authorship,
    if(
        author_kind = 'bot' or work_type = 'unclassified',
        null,
        (work_type in ('feature', 'experiment'))::integer::double
    ) as value,
    author_kind = 'bot' as is_excluded
from pull_requests
where merged_at is not null and is_default_base
