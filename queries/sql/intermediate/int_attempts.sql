-- One row per pull request of an agent: the first attempt of its chain, and which attempt it is.
-- Attempts share a linked issue, or author and title within 30 days; a merge ends their chain.
with links as (
    select repo, number, min(issue_repo || '#' || issue_number) as issue
    from int_linked_issues
    group by repo, number
),

keyed as (
    select
        pull_requests.repo,
        pull_requests.number,
        pull_requests.opened_at,
        pull_requests.merged_at,
        links.issue is null as is_by_title,
        coalesce(
            links.issue,
            nullif(trim(regexp_replace(
                regexp_replace(lower(pull_requests.title), '^(\s*\[[^\]]*\])+', ''),
                '[^\p{L}\p{N}]+',
                ' ',
                'g'
            )), '') || ' by ' || lower(pull_requests.author),
            'number ' || pull_requests.number
        ) as work
    from int_pull_requests as pull_requests
    semi join int_authorship as authorship
        on
            authorship.repo = pull_requests.repo
            and authorship.number = pull_requests.number
            and authorship.authorship = 'agent'
    inner join int_responsible as responsible
        on
            responsible.repo = pull_requests.repo
            and responsible.number = pull_requests.number
            and responsible.author_kind is distinct from 'bot'
    left join links
        on links.repo = pull_requests.repo and links.number = pull_requests.number
),

marked as (
    select
        *,
        coalesce(
            lag(merged_at) over attempts < opened_at
            or (is_by_title and lag(opened_at) over attempts < opened_at - interval 30 day),
            false
        ) as is_new
    from keyed
    window attempts as (partition by repo, work order by opened_at, number)
),

chains as (
    select
        *,
        count_if(is_new) over (
            partition by repo, work order by opened_at, number
        ) as chain
    from marked
)

select
    repo,
    number,
    first_value(number) over attempts as first_number,
    first_value(opened_at) over attempts as first_opened_at,
    row_number() over attempts as attempt,
    count(*) over (partition by repo, work, chain) as attempts
from chains
window attempts as (partition by repo, work, chain order by opened_at, number)
