-- All answers of one scope, newest windows first, without their SQL. $quarter leaves out what ended
-- after that quarter; none if it is empty. rollout_teams: how many teams a rollout's answer of the
-- organisation is about; null if it is about everybody.
select
    metric,
    quarter,
    comparison,
    event,
    (
        select nullif(len(teams), 0)
        from events
        where scope_kind = 'org' and kind = 'rollout' and name = answers.event
    ) as rollout_teams,
    variant,
    status,
    current,
    baseline,
    effect,
    effect_kind,
    lo,
    hi,
    level,
    n_current,
    n_baseline,
    n_missing,
    verdict,
    reason,
    sentence,
    guardrail,
    decided_on,
    window_start,
    window_end,
    baseline_start,
    baseline_end,
    definition,
    definition_hash
from answers
where
    scope_kind = $scope_kind
    and scope = $scope
    and variant not in ('adjusted', 'bound_hi')
    and (
        $quarter = ''
        or window_end <= (select max(window_end) from answers where quarter = $quarter)
    )
order by window_start desc, baseline_start desc
