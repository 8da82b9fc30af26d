-- Of the work that agents began in the window, the share that was handed off: merged, lasted, not
-- reworked by a person, and reviewed independently or below the repository's rule. Attempts at the
-- same work count once, as the one that was handed off, else as the last. Work whose rework cannot
-- be observed counts as $not_observable. Open and provisional work is missing.
with chains as (
    select
        repo,
        first_number,
        min(first_opened_at) as first_opened_at,
        bool_or(hand_off = 'handed off') as is_handed_off,
        bool_or(hand_off in ('open', 'provisional')) as is_unfinished,
        bool_or(hand_off = 'not observable') as is_unobservable,
        arg_max(number, (hand_off = 'handed off', attempt)) as number
    from agent_changes
    where hand_off is not null
    group by repo, first_number
)

select
    chains.first_opened_at::date as day,
    chains.repo,
    chains.number,
    pull_requests.team,
    pull_requests.work_type,
    pull_requests.authorship,
    case
        when chains.is_handed_off then 1.0
        when chains.is_unfinished then null
        when chains.is_unobservable then $not_observable::double
        else 0.0
    end as value
from chains
inner join pull_requests
    on pull_requests.repo = chains.repo and pull_requests.number = chains.number
