-- The answers of a metric that have a verdict, of one quarter, or of the newest one and of rollouts.
select * exclude (sql, inputs_sql)
from answers
where
    metric = $metric
    and decided_on is not null
    and quarter in (
        coalesce($quarter::varchar, (
            select max(quarter)
            from answers
            where metric = $metric and decided_on is not null
        )),
        if($quarter::varchar is null, '', $quarter::varchar)
    )
order by quarter desc, comparison, scope_kind, scope, event, variant
