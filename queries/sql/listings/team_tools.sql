-- Over how many tools the teams' merged pull requests leave traces: overlap is a team that works
-- with several.
with used as (
    select
        team,
        count(distinct ai_tool) as tools,
        string_agg(distinct ai_tool, ', ' order by ai_tool) as names,
        count(*) as merged
    from pull_requests
    where
        ai_tool is not null
        and team is not null
        and merged_at >= $start_on::date
        and merged_at < $end_on::date
    group by team
)

select team, tools, names, merged
from used
order by tools desc, team
