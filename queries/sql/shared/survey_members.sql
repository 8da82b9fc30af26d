-- Days of each person with the published team, null without one.
select login, team, from_on, to_on
from int_published_people
