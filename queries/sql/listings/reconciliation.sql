-- What each source says of a month beside what counts of it, the newest month first. Of several
-- sources that mean the same money one counts; an amount behind which persons stand is told in
-- `spend` only. Seats without an amount tell who holds one, and lack no price.
select * replace (if(cost_basis = 'seat', null, rows_without_price) as rows_without_price)
from spend_reconciliation
where month >= date_trunc('month', $start_on::date) and month < $end_on::date
order by month desc, provider, source, account, cost_basis
