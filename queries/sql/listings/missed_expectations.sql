-- Expectations that were missed, in words.
select sentence as problem
from expectations
where state = 'missed'
order by position
