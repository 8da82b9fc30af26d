-- Persons behind the names in spend.
create temp table input_identities as
select actor::varchar as actor, form::varchar as form, person::varchar as person
from identities_frame
