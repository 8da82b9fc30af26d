-- Answers to surveys of waves that are over, of the newest export that reaches beyond the end of
-- its wave: one row per wave, item, team and value. Exports of several accounts are added up.
with ranked as (
    select
        answers.*,
        imports.account,
        imports.exported_at,
        imports.loaded_at,
        dense_rank() over (
            partition by answers.survey, answers.opens_on, answers.closes_on, imports.account
            order by imports.exported_at desc, imports.loaded_at desc, imports.import_id
        ) as position
    from ledger.imported_survey_answers as answers
    inner join ledger.imports as imports using (import_id)
    where
        imports.exported_at::date > answers.final_on
        and answers.final_on <= (select as_of from input_settings)
)

select
    survey,
    opens_on,
    closes_on,
    item,
    version,
    scale,
    polarity,
    team,
    value,
    sum(answers)::integer as answers,
    max((exported_at, loaded_at)) as loaded
from ranked
where position = 1
group by all
