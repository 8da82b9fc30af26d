-- What is stale or failed: one row per problem, in words; $max_age_days is how old the data may be.
select format('{}: not read through {}, last read until {}; run `headway refresh`',
    repo, current_day.day - $max_age_days::integer, coalesce(observed_until::date::text, 'never')) as problem
from repositories
cross join (select (timezone('UTC', $now::timestamptz))::date as day) as current_day
where
    gone_at is null
    and not is_archived
    and coalesce(observed_until::date, date '0001-01-01') < current_day.day - $max_age_days::integer
union all
select format('{}: GitHub said on {} that it is not there; check its name under [github] repos', repo, gone_at::date)
from repositories
where gone_at is not null
union all
select format('{} {}: {}', source, scope, message)
from loads
where status = 'failed'
qualify row_number() over (partition by source, scope order by started_at desc) = 1
    and started_at = max(started_at) over (partition by source, scope)
order by problem
