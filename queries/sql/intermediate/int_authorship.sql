-- One row per pull request: who wrote it, as far as it shows. No signal is never called human.
with commit_counts as (
    select repo, number, count(*) as commits
    from stg_commits
    group by repo, number
),

agent_commits as (
    select
        repo,
        number,
        count(distinct place) as commits,
        min(position) as position
    from int_ai_matches
    where place is not null and kind = 'agent' and field in ('login', 'email') and tier <> 'low'
    group by repo, number
),

wholly_by_agent as (
    select agent_commits.repo, agent_commits.number, agent_commits.position
    from agent_commits
    inner join commit_counts
        on commit_counts.repo = agent_commits.repo and commit_counts.number = agent_commits.number
    where agent_commits.commits = commit_counts.commits
),

deciding as (
    select
        repo,
        number,
        min(position) filter (
            kind = 'agent' and (
                is_opener
                or field in ('branch', 'label', 'body', 'text', 'trailer')
            )
        ) as agent_position,
        min(position) filter (kind in ('agent', 'assistant')) as assisted_position
    from int_ai_matches
    where tier <> 'low'
    group by repo, number
),

decided as (
    select
        pull_requests.repo,
        pull_requests.number,
        least(deciding.agent_position, wholly_by_agent.position) as agent_position,
        deciding.assisted_position
    from stg_pull_requests as pull_requests
    left join deciding
        on deciding.repo = pull_requests.repo and deciding.number = pull_requests.number
    left join wholly_by_agent
        on
            wholly_by_agent.repo = pull_requests.repo
            and wholly_by_agent.number = pull_requests.number
)

select
    decided.repo,
    decided.number,
    case
        when decided.agent_position is not null then 'agent'
        when decided.assisted_position is not null then 'assisted'
        else 'no signal'
    end as authorship,
    rules.rule as authorship_rule,
    nullif(rules.tool, '') as ai_tool
from decided
left join input_rules as rules
    on
        rules.kind = 'ai_signals'
        and rules.position = coalesce(decided.agent_position, decided.assisted_position)
