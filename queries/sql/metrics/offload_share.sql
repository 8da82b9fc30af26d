-- Of changes that were merged into the default branch in the window and are not known to be undone,
-- the share that agents wrote. A change whose durability is not observable counts. A change with AI
-- assistance counts as $assisted, one without a signal of AI as $no_signal. Provisional changes are
-- missing; changes undone within `durable_days` and bots are excluded.
select
    merged_at::date as day,
    repo,
    number,
    team,
    work_type,
    authorship,
    case
        when author_kind = 'bot' or durability in ('undone', 'provisional') then null
        when authorship = 'agent' then 1.0
        when authorship = 'assisted' then $assisted::double
        else $no_signal::double
    end as value,
    coalesce(author_kind = 'bot', false) or durability = 'undone' as is_excluded
from pull_requests
where merged_at is not null and is_default_base
