-- Issues and pull requests that an outcome is made of.
-- Grain: outcome_id, repo, number. Stable.
--
-- outcome_id: as in outcomes. Stable.
-- repo: owner/name. Stable.
-- number: of the issue or pull request. Stable.
select
    outcomes.outcome_id,
    sets.repo,
    sets.number::integer as number
from outcomes
inner join int_outcome_sets as lowest_items on lowest_items.ref = outcomes.outcome_id
inner join int_outcome_sets as sets on sets.lowest = lowest_items.lowest and sets.place > 0
order by outcomes.outcome_id, sets.repo, sets.number
