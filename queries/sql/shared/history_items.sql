-- Items of one metric as numbers for the histories of verdicts, in the order of days: the day,
-- counted from a Monday, positions of repository and team in two lists (0: in none), value and cost
-- (NaN: none), and the stratum of repository and work type.
with repos as (
    select
        unnest($repos::varchar[]) as repo,
        generate_subscripts($repos::varchar[], 1) as position
),

teams as (
    select
        unnest($teams::varchar[]) as team,
        generate_subscripts($teams::varchar[], 1) as position
)

select
    items.day - date '1970-01-05' as day,
    coalesce(repos.position, 0) as repo,
    coalesce(teams.position, 0) as team,
    coalesce(hash(items.reviewer), 0) as reviewer,
    coalesce(items.value, 'nan'::double) as value,
    coalesce(items.cost_usd, 'nan'::double) as cost,
    items.is_excluded,
    hash(items.repo, if($by_work_type, items.work_type, null)) as stratum
from answer_items as items
left join repos on repos.repo = items.repo
left join teams on teams.team = items.team
where items.metric = $metric and items.day < $last::date
order by items.day
