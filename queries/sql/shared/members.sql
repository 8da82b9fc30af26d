-- Days of each person in a team, as published.
select login, team, from_on, to_on
from int_published_people
where team is not null
