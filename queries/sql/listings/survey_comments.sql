-- Free text of the newest wave of the pulse that has ten comments or more, of the whole
-- organisation, in an order that is not that of the answers.
select comment
from survey_comments
where survey = 'pulse' and wave = (select max(wave) from survey_comments where survey = 'pulse')
