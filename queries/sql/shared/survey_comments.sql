-- Comments of the newest export of each wave, as in `survey_answers.sql`.
with ranked as (
    select
        comments.survey,
        comments.opens_on,
        comments.item,
        comments.comment,
        dense_rank() over (
            partition by comments.survey, comments.opens_on, imports.account
            order by imports.exported_at desc, imports.loaded_at desc, imports.import_id
        ) as position
    from ledger.imported_survey_comments as comments
    inner join ledger.imports as imports using (import_id)
)

select survey, opens_on, item, comment
from ranked
where position = 1
