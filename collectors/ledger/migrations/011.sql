-- Expectations, decided once: one row per metric, category, scope, target and date, never changed.
-- `if not exists`: a restore copies the table into a backup of before.
create table if not exists published_expectations (
    metric varchar,
    category varchar,
    scope varchar,
    is_at_most boolean,
    target double,
    from_on date,
    by_on date,
    state varchar,
    reason varchar,
    value double,
    least double,
    most double,
    lo double,
    hi double,
    n bigint,
    needed double,
    baseline double,
    window_start date,
    window_end date,
    guardrail varchar,
    guardrail_value double,
    guardrail_baseline double,
    decided_on date
);
