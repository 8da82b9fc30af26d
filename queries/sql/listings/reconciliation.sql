-- Amount of each source and month beside its counted amount, the newest month first. If several
-- sources report the same money, one counts. Amounts of persons are in `spend` only. Seats without
-- an amount have no price to look for.
select * replace (if(cost_basis = 'seat', null, rows_without_price) as rows_without_price)
from spend_reconciliation
where month >= date_trunc('month', $start_on::date) and month < $end_on::date
order by month desc, provider, source, account, cost_basis
