-- Issues and pull requests that an outcome is made of.
-- Grain: outcome_id, repo, number. Columns are stable unless marked experimental.
--
-- outcome_id: as in outcomes.
-- repo: owner/name.
-- number: of the issue or pull request.
select
    outcomes.outcome_id,
    sets.repo,
    sets.number::integer as number
from outcomes
inner join int_outcome_sets as lowest_items on lowest_items.ref = outcomes.outcome_id
inner join int_outcome_sets as sets on sets.lowest = lowest_items.lowest and sets.place > 0
order by outcomes.outcome_id, sets.repo, sets.number
