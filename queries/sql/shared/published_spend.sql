-- Spend of persons published so far: by this snapshot, and of later days by others.
select *
from int_spend_cells
where shown_on is not null
union all by name
select shown.*
from input_published_spend as shown
cross join input_settings as settings
where not (shown.day <= settings.as_of and shown.shown_on <= settings.as_of)
