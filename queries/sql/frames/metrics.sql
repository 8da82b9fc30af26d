-- The catalogue: every metric, what it measures and how.
-- Grain: metric. Columns are stable unless marked experimental.
--
-- metric: its name.
-- question: the question it helps to answer, Q1 to Q5, or guardrail.
-- page: the page it is on.
-- title: its title.
-- unit: hours, days, share (0 to 1), or what is counted, as in pull requests per week.
-- aggregate: median, share, count, per week, net per week or per reviewer. Experimental.
-- better: whether up or down is better.
-- chart: how it is drawn. Experimental.
-- definition: what it measures, in words.
-- definition_hash: changes whenever its SQL or anything that it reads changes.
-- is_headline: whether it is answered by quarter.
-- matures_after_days: a window ends so many days before the cutoff.
-- sql: one row per item that counts; parameters as $name. Experimental.
select
    metric::varchar as metric,
    question::varchar as question,
    page::varchar as page,
    title::varchar as title,
    unit::varchar as unit,
    aggregate::varchar as aggregate,
    better::varchar as better,
    chart::varchar as chart,
    definition::varchar as definition,
    definition_hash::varchar as definition_hash,
    is_headline::boolean as is_headline,
    matures_after_days::integer as matures_after_days,
    sql::varchar as sql
from metrics_frame
