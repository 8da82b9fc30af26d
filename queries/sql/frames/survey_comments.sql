-- Free text of surveys, of the whole organisation and from ten comments of a wave on. Order,
-- team and time are not those of the answers; names of people, teams and links are masked.
-- Grain: survey, wave, item, comment. Columns
-- are stable unless marked experimental.
--
-- survey: key of the survey.
-- wave: the wave, by the day on which it opened.
-- item: key of the question.
-- comment: the text.
select
    survey::varchar as survey,
    opens_on::varchar as wave,
    item::varchar as item,
    comment::varchar as comment
from survey_comments_frame
order by survey, wave, item, position
