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
with judged as (
    select * exclude (position, is_new)
    from judged_inputs
    inner join judged_comparisons using (position)
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
        unnest(inputs, max_depth := 2)
    from ledger.published_verdicts
    where decided_on <= (select as_of from input_settings)
)

select
    judged.metric::varchar as metric,
    judged.scope_kind::varchar as scope_kind,
    judged.scope::varchar as scope,
    judged.quarter::varchar as quarter,
    judged.comparison::varchar as comparison,
    judged.event::varchar as event,
    judged.variant::varchar as variant,
    judged.series::varchar as series,
    case
        when judged.block >= answers.window_start then 'judged'
        when
            judged.block >= answers.baseline_start
            and judged.block < answers.baseline_end
            then 'baseline'
        else 'history'
    end::varchar as "window",
    judged.block::date as block,
    judged.numerator::double as numerator,
    judged.denominator::double as denominator,
    judged.moves::double as moves,
    judged.threshold::double as threshold,
    judged.is_masked::boolean as is_masked,
    judged.regime::integer as regime
from judged
inner join answers using (metric, scope_kind, scope, quarter, comparison, event, variant)
where
    judged.definition_hash is null
    or (judged.definition_hash = answers.definition_hash and answers.decided_on is not null)
order by all
