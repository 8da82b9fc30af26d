-- One row per day and model: counted usage in scope, in which a forecast looks for another price or
-- model.
select day, model, sum(cost_usd::decimal(24, 8))::double as usd, sum(tokens) as tokens
from spend
where is_counted and is_in_scope and cost_basis <> 'seat' and charge = 'usage'
group by day, model
