-- What was told of persons' spend up to now: what this snapshot tells, and what others told of
-- later days.
select *
from int_spend_cells
where shown_on is not null
union all by name
select shown.*
from input_published_spend as shown
cross join input_settings as settings
where not (shown.day <= settings.as_of and shown.shown_on <= settings.as_of)
