-- Experiments by the day on which they were $step.
with dated as (
    select
        repo,
        key,
        case $step
            when 'started' then started_at
            when 'shipped' then shipped_at
            when 'decided' then decided_at
        end::date as day
    from experiments
)

select
    day,
    repo,
    key,
    1.0::double as value
from dated
where day is not null
