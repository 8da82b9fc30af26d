-- Of changes by agents that were merged into the default branch in the window, the share that a
-- person reworked before: a commit after the agent's, changes requested, or a force push. Missing
-- where no commit has the agent's own identity, so that rework cannot be observed.
select
    pull_requests.merged_at::date as day,
    pull_requests.repo,
    pull_requests.number,
    pull_requests.team,
    pull_requests.work_type,
    pull_requests.authorship,
    if(
        changes.human_rework = 'not observable',
        null,
        (changes.human_rework = 'yes')::integer::double
    ) as value
from agent_changes as changes
inner join pull_requests
    on pull_requests.repo = changes.repo and pull_requests.number = changes.number
where pull_requests.merged_at is not null and pull_requests.is_default_base
