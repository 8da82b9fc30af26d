-- One row per period in which no membership and no published label changes, from the month of the
-- first pull request to the cutoff.
with listed as (
    select
        coalesce(from_on, date '0001-01-01') as from_on,
        coalesce(to_on, date '9999-12-31') as to_on
    from int_listed_people
),

limits as (
    select
        date_trunc('month', min(pull_requests.opened_at))::date as first_on,
        any_value(settings.as_of) as last_on
    from stg_pull_requests as pull_requests
    cross join input_settings as settings
),

starts as (
    select from_on as start_on from listed
    union
    select to_on + 1 from listed
    union
    select from_on from input_published_people
    union
    select to_on + 1 from input_published_people
    union
    select first_on from limits
)

select
    starts.start_on as from_on,
    lead(starts.start_on, 1, limits.last_on + 1) over (order by starts.start_on) - 1 as to_on
from starts
inner join limits on starts.start_on between limits.first_on and limits.last_on
