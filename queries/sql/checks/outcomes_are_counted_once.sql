-- An outcome is there once, and no issue or pull request is part of two.
select
    'outcome' as what,
    outcome_id as name,
    count(*) as copies
from outcomes
group by outcome_id
having count(*) > 1
union all
select
    'item',
    repo || '#' || number,
    count(distinct outcome_id)
from outcome_items
group by repo, number
having count(distinct outcome_id) > 1
