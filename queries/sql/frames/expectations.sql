-- Expectations of headway.toml with their state. What is decided once its date has passed stays.
-- Grain: position. Columns are stable unless marked experimental.
--
-- position: its place in headway.toml, from 1.
-- metric: the metric.
-- category: work category of the changes that count; null for all.
-- scope: org or the name of a team.
-- is_at_most: whether the number should be at most the target; else at least.
-- target: the target, in the unit of the metric.
-- from_on: day from which the number should move towards it; null without one.
-- by_on: day by which it should be reached.
-- owner: who answers for it, as written in headway.toml; null without one.
-- why: the reason, as written there.
-- state: met, on course, behind, missed, not proven (met, but the guardrail became worse or cannot be
--     measured), cannot be told or no owner.
-- reason: why it is that state.
-- sentence: expectation and state in one plain sentence.
-- value: the number of the newest 13 whole weeks that count; of the last ones before by_on once
--     decided. The lower bound of a metric that has two.
-- least: the least it can be, given what could not be observed.
-- most: the most it can be.
-- lo: lower end of its interval of 95 %, around these bounds; null without one.
-- hi: upper end of the interval.
-- n: items that it rests on.
-- needed: value of the straight line from the baseline to the target on the last day of the window;
--     the target without a baseline.
-- baseline: the number of the 13 whole weeks before from_on.
-- window_start: first day of the 13 weeks.
-- window_end: day after them.
-- guardrail: metric that must not become worse; null without one.
-- guardrail_value: its number in the same weeks.
-- guardrail_baseline: its number in the 13 weeks before from_on, or else before the window.
-- decided_on: day of the data with which it was decided; null before.
select
    position::integer as position,
    metric::varchar as metric,
    category::varchar as category,
    scope::varchar as scope,
    is_at_most::boolean as is_at_most,
    target::double as target,
    from_on::date as from_on,
    by_on::date as by_on,
    owner::varchar as owner,
    why::varchar as why,
    state::varchar as state,
    reason::varchar as reason,
    sentence::varchar as sentence,
    value::double as value,
    least::double as least,
    most::double as most,
    lo::double as lo,
    hi::double as hi,
    n::bigint as n,
    needed::double as needed,
    baseline::double as baseline,
    window_start::date as window_start,
    window_end::date as window_end,
    guardrail::varchar as guardrail,
    guardrail_value::double as guardrail_value,
    guardrail_baseline::double as guardrail_baseline,
    decided_on::date as decided_on
from expectations_frame
