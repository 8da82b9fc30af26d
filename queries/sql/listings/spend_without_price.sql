-- Usage of which neither an amount nor a price is known, so that it counts as nothing: by provider,
-- with its rows.
select
    provider,
    string_agg(distinct source, ', ' order by source) as sources,
    sum(rows_without_price)::bigint as rows_without_price,
    max(month) as last_month
from spend_reconciliation
where
    rows_without_price > 0
    and cost_basis <> 'seat'
    and month >= date_trunc('month', $start_on::date)
    and month < $end_on::date
group by provider
order by rows_without_price desc, provider
