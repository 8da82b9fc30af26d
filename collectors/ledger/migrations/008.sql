-- Verdicts, decided once: one row per metric, scope, comparison and definition, never changed.
-- `inputs` are the weekly sums as judged. `if not exists`: a restore copies the table into a backup
-- of before.
create table if not exists published_verdicts (
    metric varchar,
    scope_kind varchar,
    scope varchar,
    quarter varchar,
    comparison varchar,
    event varchar,
    variant varchar,
    definition_hash varchar,
    decided_on date,
    current double,
    baseline double,
    n_current bigint,
    n_baseline bigint,
    effect double,
    lo double,
    hi double,
    level double,
    p double,
    p_adjusted double,
    se double,
    df double,
    history_weeks bigint,
    n_pairs bigint,
    n_family bigint,
    verdict varchar,
    reason varchar,
    guardrail varchar,
    threshold double,
    inputs struct(
        series varchar,
        block date,
        numerator double,
        denominator double,
        moves double,
        is_masked boolean,
        regime integer
    )[]
);
