-- Work by category of the changes that were merged in the period and lasted, and who wrote them. The
-- upper bound of the agents' share adds assisted changes and half of those without a signal of AI.
-- Handed off and reworked: of the agents' changes opened in the period.
with changes as (
    select
        pull_requests.work_category,
        pull_requests.authorship,
        pull_requests.durability in ('durable', 'not observable')
        and pull_requests.merged_at >= $start_on::date
        and pull_requests.merged_at < $end_on::date as has_lasted,
        pull_requests.opened_at >= $start_on::date
        and pull_requests.opened_at < $end_on::date
        and changes.hand_off is not null as is_begun,
        changes.hand_off,
        changes.human_rework,
        pull_requests.durability is not null as is_merged
    from pull_requests
    left join agent_changes as changes
        on changes.repo = pull_requests.repo and changes.number = pull_requests.number
    where
        pull_requests.author_kind is distinct from 'bot'
        and ($repo::varchar is null or pull_requests.repo = $repo)
        and ($team::varchar is null or pull_requests.team = $team)
)

select
    work_category as category,
    count(*) filter (has_lasted) as lasted,
    count(*) filter (has_lasted and authorship = 'agent') as by_agents,
    count(*) filter (has_lasted and authorship = 'assisted') as assisted,
    count(*) filter (has_lasted and authorship = 'no signal') as without_signal,
    by_agents / nullif(lasted, 0) as at_least,
    (by_agents + assisted + 0.5 * without_signal) / nullif(lasted, 0) as at_most,
    count(*) filter (is_begun) as begun_by_agents,
    count(*) filter (is_begun and hand_off = 'handed off') as handed_off,
    count(*) filter (is_begun and hand_off = 'merged unreviewed') as merged_unreviewed,
    count(*) filter (is_begun and is_merged and human_rework = 'yes') as reworked,
    count(*) filter (is_begun and is_merged and human_rework <> 'not observable') as rework_seen
from changes
group by work_category
having count(*) filter (has_lasted or is_begun) > 0
order by at_least desc nulls last, lasted desc, category
