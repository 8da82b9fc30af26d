-- Work by category and who wrote it: changes of people, assistants and agents by the month in which
-- they were opened. Updates by bots such as Dependabot have the authorship automation.
-- Grain: month, team, category, authorship. Columns are stable unless marked experimental.
--
-- month: first day of the month.
-- team: as in pull_requests; null for changes without a team that may be shown.
-- category: work category, as in pull_requests.
-- authorship: agent, assisted, no signal or automation; no signal does not mean human.
-- n: pull requests opened.
-- merged: of these, merged into the default branch.
-- durable: of these, not undone within `durable_days`; also where that cannot be observed.
-- provisional: merged, but too recent to know.
-- human_rework: merged changes of agents that a person reworked; null for others.
-- human_rework_observable: merged changes of agents whose rework can be seen; null for others.
-- handed_off: changes of agents that were handed off; null for others.
select
    date_trunc('month', pull_requests.opened_at)::date as month,
    pull_requests.team,
    pull_requests.work_category as category,
    if(pull_requests.author_kind = 'bot', 'automation', pull_requests.authorship) as authorship,
    count(*) as n,
    count(pull_requests.durability) as merged,
    count(*) filter (pull_requests.durability in ('durable', 'not observable')) as durable,
    count(*) filter (pull_requests.durability = 'provisional') as provisional,
    if(
        any_value(changes.number) is null,
        null,
        count(*) filter (pull_requests.durability is not null and changes.human_rework = 'yes')
    ) as human_rework,
    if(
        any_value(changes.number) is null,
        null,
        count(*) filter (
            pull_requests.durability is not null and changes.human_rework <> 'not observable'
        )
    ) as human_rework_observable,
    if(
        any_value(changes.number) is null,
        null,
        count(*) filter (changes.hand_off = 'handed off')
    ) as handed_off
from pull_requests
left join agent_changes as changes
    on changes.repo = pull_requests.repo and changes.number = pull_requests.number
group by all
order by all
