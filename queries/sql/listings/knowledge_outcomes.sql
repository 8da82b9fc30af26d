-- Agents' pull requests opened in the period, by whether most of their files had guidance of their
-- own. Merged: of all that were opened. Undone: of the merged ones whose durability is known.
-- Reworked by a person: of the merged ones whose rework can be observed. Alike: the share with the
-- mix of repositories and sizes of both groups, over the mixes that occur in both. An association:
-- teams that write guidance also use agents most.
with coverage as (
    select repo, number, sum(scoped) >= sum(files) / 2.0 as has_guidance
    from knowledge_coverage
    group by repo, number
),

changes as (
    select
        coverage.has_guidance,
        pull_requests.repo,
        pull_requests.size_band,
        (pull_requests.merged_at is not null)::integer as is_merged,
        case pull_requests.durability when 'undone' then 1 when 'durable' then 0 end as is_undone,
        if(
            pull_requests.merged_at is null,
            null,
            case agents.human_rework when 'yes' then 1 when 'no' then 0 end
        ) as is_reworked
    from pull_requests
    inner join coverage
        on coverage.repo = pull_requests.repo and coverage.number = pull_requests.number
    left join agent_changes as agents
        on agents.repo = pull_requests.repo and agents.number = pull_requests.number
    where
        pull_requests.authorship = 'agent'
        and pull_requests.opened_at >= $start_on
        and pull_requests.opened_at < $end_on
        and ($repo is null or pull_requests.repo = $repo)
        and ($team is null or pull_requests.team = $team)
),

mixes as (
    select
        repo,
        size_band,
        count(*) as n,
        avg(is_merged) filter (has_guidance) as merged_with,
        avg(is_merged) filter (not has_guidance) as merged_without,
        count(is_reworked) as observed,
        avg(is_reworked) filter (has_guidance) as reworked_with,
        avg(is_reworked) filter (not has_guidance) as reworked_without
    from changes
    group by repo, size_band
    having bool_or(has_guidance) and bool_or(not has_guidance)
),

alike as (
    select
        sum(n * merged_with) / sum(n) as merged_with,
        sum(n * merged_without) / sum(n) as merged_without,
        sum(observed * reworked_with) filter (is_observed)
        / sum(observed) filter (is_observed) as reworked_with,
        sum(observed * reworked_without) filter (is_observed)
        / sum(observed) filter (is_observed) as reworked_without
    from (
        select *, reworked_with is not null and reworked_without is not null as is_observed
        from mixes
    )
)

select
    if(changes.has_guidance, 'with guidance of their own', 'without') as guidance,
    count(*) as opened,
    round(100 * avg(changes.is_merged))::integer as merged_percent,
    round(100 * avg(changes.is_undone))::integer as undone_percent,
    round(100 * if(
        changes.has_guidance, any_value(alike.merged_with), any_value(alike.merged_without)
    ))::integer as merged_alike_percent,
    count(changes.is_reworked) as rework_observed,
    round(100 * avg(changes.is_reworked))::integer as reworked_percent,
    round(100 * if(
        changes.has_guidance, any_value(alike.reworked_with), any_value(alike.reworked_without)
    ))::integer as reworked_alike_percent
from changes
cross join alike
group by changes.has_guidance
order by changes.has_guidance desc
