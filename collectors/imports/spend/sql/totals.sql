-- Totals of a file by currency: AI spend, and other spend that is left out.
select
    currency,
    sum(amount) filter (where not is_left_out) as amount,
    sum(coalesce(list_amount, amount)) filter (where not is_left_out) as list_amount,
    sum(tokens) filter (where not is_left_out and is_without_amount) as tokens,
    sum(amount) filter (where is_left_out) as left_out,
    coalesce(sum(rows_read) filter (where is_left_out), 0)::bigint as left_out_rows,
    count(*) filter (basis = 'gateway' and not is_left_out) as gateway_rows,
    bool_and(basis = 'client') as only_clients,
    min(day) as first_day,
    max(day) as last_day
from summed
group by currency
order by currency
