-- What rows of an experiment show.
select
    repo,
    key,
    title,
    source,
    decision,
    started_at,
    shipped_at,
    decided_at,
    url
from experiments
