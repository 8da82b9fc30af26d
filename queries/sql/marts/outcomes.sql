-- Outcomes: work done for users. A set of linked issues and pull requests is one outcome.
-- Grain: outcome_id. Columns are stable unless marked experimental.
--
-- outcome_id: its lowest item: milestones before issues before pull requests, then by repository
--     and number.
-- kind: capability delivered, experiment decided, ux debt resolved, feedback resolved or feature
--     merged.
-- also_kinds: other kinds that the same set is, in that order.
-- is_linked: it holds an issue or a milestone.
-- repo: repository of the item it rests on.
-- ref: the item it rests on: owner/name#number, a milestone's address, or an experiment's key.
-- team: of most of its merged pull requests; null without one, and if the team has fewer than k
--     people that day.
-- authorship: agent, assisted or no signal: the strongest of its merged pull requests; null without
--     one.
-- happened_on: the day it was done: of the first event of its kind.
-- durable_after: when durable_days have passed since then, UTC.
-- durability: durable, undone, provisional or not observable, as of pull requests; a reopened issue
--     undoes too.
with firsts as (
    select
        coalesce(lowest::varchar, repo || '/' || ref) as set_name,
        lowest,
        list_sort(list(distinct rank)) as ranks,
        min((rank, happened_at, repo, ref, is_undone)) as first
    from int_outcome_events
    group by all
),

changes as (
    select
        sets.lowest,
        pull_requests.team,
        pull_requests.authorship,
        pull_requests.durability,
        pull_requests.merged_at
    from int_outcome_sets as sets
    inner join pull_requests
        on
            pull_requests.repo = sets.repo
            and pull_requests.number = sets.number
    where sets.place = 2 and pull_requests.merged_at is not null
),

teams as (
    select lowest, arg_max(team, (n, -epoch_us(first_merged_at))) as team
    from (
        select lowest, team, count(*) as n, min(merged_at) as first_merged_at
        from changes
        where team is not null
        group by lowest, team
    ) as counted
    group by lowest
),

marks as (
    select
        lowest,
        bool_or(durability = 'undone') as is_undone,
        case
            when bool_or(authorship = 'agent') then 'agent'
            when bool_or(authorship = 'assisted') then 'assisted'
            else 'no signal'
        end as authorship
    from changes
    group by lowest
),

linked as (
    select lowest, bool_or(place < 2) as is_linked
    from int_outcome_sets
    group by lowest
),

signals as (
    select distinct repo, happened_at
    from rework
),

dated as (
    select
        firsts.*,
        firsts.first[1] as rank,
        firsts.first[2] as happened_at,
        firsts.first[3] as repo,
        firsts.first[4] as ref,
        firsts.first[5] as is_reopened,
        firsts.first[2] + to_days(settings.durable_days) as durable_after,
        settings.cutoff,
        [
            'capability delivered',
            'experiment decided',
            'ux debt resolved',
            'feedback resolved',
            'feature merged'
        ] as kinds
    from firsts
    cross join input_settings as settings
)

select
    coalesce(lowest_items.ref, dated.set_name) as outcome_id,
    dated.kinds[dated.rank] as kind,
    list_transform(
        list_filter(
            dated.ranks,
            lambda other: other <> dated.rank
        ), lambda other: dated.kinds[other]
    ) as also_kinds,
    coalesce(linked.is_linked, false) as is_linked,
    dated.repo,
    dated.ref,
    named.team,
    marks.authorship,
    dated.happened_at::date as happened_on,
    dated.durable_after,
    case
        when coalesce(marks.is_undone, false) or dated.is_reopened then 'undone'
        when dated.durable_after > dated.cutoff then 'provisional'
        when signals.happened_at > dated.durable_after - interval 365 day then 'durable'
        else 'not observable'
    end as durability
from dated
left join int_outcome_sets as lowest_items on lowest_items.node = dated.lowest
left join linked on linked.lowest = dated.lowest
left join teams on teams.lowest = dated.lowest
left join int_group_periods as named
    on
        named.is_team
        and named.team = teams.team
        and dated.happened_at::date between named.from_on and named.to_on
left join marks on marks.lowest = dated.lowest
asof left join signals on signals.repo = dated.repo and signals.happened_at <= dated.durable_after
order by outcome_id
