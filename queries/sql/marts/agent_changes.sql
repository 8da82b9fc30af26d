-- Changes that agents wrote: attempts, rework by people, and whether the work was handed off.
-- Grain: repo, number. Columns are stable unless marked experimental.
--
-- repo: owner/name.
-- number: the pull request.
-- first_number: the first attempt at the same work: same linked issue, or same author and title
--     within 30 days. A merge ends a chain of attempts.
-- first_opened_at: when that attempt was opened, UTC.
-- attempt: which attempt it is, from 1.
-- attempts: how many there are.
-- human_rework: whether a person committed after the agent, requested changes or force-pushed: yes,
--     no or not observable.
-- human_rework_reason: how, or why it is not observable; null if there was none.
-- needs_review: false if a rule of kind review_rules matches, so that it needs no review.
-- hand_off: handed off (merged, lasted, no human rework, reviewed independently or below the
--     rule), merged unreviewed, reworked, undone, not observable, provisional, not merged or open.
--     Null if merged into a branch that is not the default one.
with found as (
    select
        attempts.*,
        rework.human_rework,
        rework.human_rework_reason,
        exempt.number is null as needs_review,
        pull_requests.state,
        pull_requests.durability,
        pull_requests.is_independently_reviewed
    from int_attempts as attempts
    inner join pull_requests
        on pull_requests.repo = attempts.repo and pull_requests.number = attempts.number
    inner join int_human_rework as rework
        on rework.repo = attempts.repo and rework.number = attempts.number
    left join int_review_exemptions as exempt
        on exempt.repo = attempts.repo and exempt.number = attempts.number
)

select
    repo,
    number,
    first_number,
    first_opened_at,
    attempt::integer as attempt,
    attempts::integer as attempts,
    human_rework,
    human_rework_reason,
    needs_review,
    case
        when state = 'open' then 'open'
        when state = 'closed' then 'not merged'
        when durability is null then null
        when durability = 'undone' then 'undone'
        when durability = 'provisional' then 'provisional'
        when human_rework = 'yes' then 'reworked'
        when needs_review and not is_independently_reviewed then 'merged unreviewed'
        when human_rework = 'not observable' then 'not observable'
        when needs_review and is_independently_reviewed is null then 'not observable'
        else 'handed off'
    end as hand_off
from found
order by repo, number
