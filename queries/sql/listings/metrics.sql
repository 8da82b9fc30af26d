-- Metrics with their question, unit, definition and SQL, in the order of the pages.
select
    metric,
    question,
    page,
    title,
    unit,
    better,
    is_headline,
    definition,
    definition_hash,
    sql
from metrics
