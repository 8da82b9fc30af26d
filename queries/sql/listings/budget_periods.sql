-- What the month and the year of the snapshot will cost, and their budgets.
select *
from forecasts
order by length(period) desc
