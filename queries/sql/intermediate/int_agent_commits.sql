-- One row per commit of an agent's pull request that is no merge of another branch: whose it is.
-- `is_later`: after the first commit that the agent made under an identity of its own.
with agents as (
    select distinct repo, number, place
    from int_ai_matches
    where place is not null and kind = 'agent' and field in ('login', 'email') and tier <> 'low'
),

automation as (
    select distinct repo, number, place
    from int_ai_matches
    where place is not null and kind = 'automation' and tier <> 'low'
),

commits as (
    select
        commits.repo,
        commits.number,
        commits.place,
        case
            when agents.place is not null then 'agent'
            when automation.place is not null then 'bot'
            else accounts.kind
        end as author_kind
    from stg_commits as commits
    semi join int_authorship as authorship
        on
            authorship.repo = commits.repo
            and authorship.number = commits.number
            and authorship.authorship = 'agent'
    left join agents
        on
            agents.repo = commits.repo
            and agents.number = commits.number
            and agents.place = commits.place
    left join automation
        on
            automation.repo = commits.repo
            and automation.number = commits.number
            and automation.place = commits.place
    left join int_accounts as accounts on accounts.login = lower(commits.author)
    where
        not regexp_matches(
            commits.message,
            '^merge (branch|remote|pull request|main\b|master\b|\S+ into )',
            'i'
        )
)

select
    *,
    place > min(place) filter (author_kind = 'agent') over (partition by repo, number) as is_later
from commits
