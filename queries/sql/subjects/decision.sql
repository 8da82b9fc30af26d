-- What rows of a decision record show.
select
    repo,
    path as key,
    path as title,
    status,
    decided_on,
    has_why,
    superseded_by
from decisions
