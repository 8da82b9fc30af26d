-- One row per day and model: counted usage in scope, in which a forecast looks for another price or
-- model.
select
    day,
    model,
    sum(cost_usd::decimal(24, 8))::double as usd,
    -- without the tokens of all its dollars a model has no price
    if(count(*) filter (cost_usd <> 0 and tokens is null) = 0, sum(tokens), null) as tokens
from spend
where is_counted and is_in_scope and cost_basis <> 'seat' and charge = 'usage' and gap is null
group by day, model
