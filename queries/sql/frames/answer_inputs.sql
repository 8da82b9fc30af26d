-- Weekly sums of each judged answer, as judged: of its history, its baseline and its window.
-- Grain: metric, scope_kind, scope, quarter, comparison, event, variant, series, block. Columns are
-- stable unless marked experimental.
--
-- metric: the metric.
-- scope_kind: org or team.
-- scope: its name; empty for the organisation.
-- quarter: as in answers.
-- comparison: as in answers.
-- event: as in answers.
-- variant: as in answers.
-- series: judged, or others for the teams without a rollout.
-- window: judged, baseline or history: the part of the weeks. A week of the baseline can be part
--     of the history too.
-- block: the Monday of the week.
-- numerator: the sum of the week: items that satisfy a share, items, dollars, or for a median the
--     items of at most threshold.
-- denominator: items; for a rate, a net flow or a count the weeks, 1 unless a week is not over; per
--     reviewer the reviewers of the week.
-- moves: of a net flow, items that came plus items that went; else null.
-- threshold: of a median, the median of both windows together; else null.
-- is_masked: whether the week is closed and counts in no sum.
-- regime: number of rollouts of the scope before the week; null in the transition of one. Only
--     weeks of one regime are compared as history.
with decisions as (
    select * exclude (position, is_new)
    from judged_comparisons
    inner join judged_lists using (position)
    union all by name
    select
        metric,
        scope_kind,
        scope,
        quarter,
        comparison,
        event,
        variant,
        threshold,
        definition_hash,
        inputs
    from ledger.published_verdicts
    where decided_on <= (select as_of from input_settings)
),

-- sorted and joined as lists, which are a hundredth of the rows
answered as (
    select
        decisions.*,
        answers.window_start,
        answers.baseline_start,
        answers.baseline_end
    from decisions
    inner join answers using (metric, scope_kind, scope, quarter, comparison, event, variant)
    where
        decisions.definition_hash is null
        or (decisions.definition_hash = answers.definition_hash and answers.decided_on is not null)
    order by metric, scope_kind, scope, quarter, comparison, event, variant
),

judged as (
    select * exclude (inputs), unnest(inputs, max_depth := 2)
    from answered
)

select
    metric::varchar as metric,
    scope_kind::varchar as scope_kind,
    scope::varchar as scope,
    quarter::varchar as quarter,
    comparison::varchar as comparison,
    event::varchar as event,
    variant::varchar as variant,
    series::varchar as series,
    case
        when block >= window_start then 'judged'
        when block >= baseline_start and block < baseline_end then 'baseline'
        else 'history'
    end::varchar as "window",
    block::date as block,
    numerator::double as numerator,
    denominator::double as denominator,
    moves::double as moves,
    threshold::double as threshold,
    is_masked::boolean as is_masked,
    regime::integer as regime
from judged
