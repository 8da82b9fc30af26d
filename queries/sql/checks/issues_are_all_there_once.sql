-- Every issue and discussion of the ledger that was opened before the cutoff is published, once, in
-- a state that agrees with its times.
with published as (
    select
        repo,
        number,
        count(*) as copies,
        bool_and(
            (state = 'open') = (closed_at is null)
            and (state = 'open') = (state_reason is null)
        ) as is_sound
    from issues
    group by repo, number
)

select
    coalesce(expected.repo, published.repo) as repo,
    coalesce(expected.number, published.number) as number,
    coalesce(published.copies, 0) as copies
from int_issues as expected
full join published on published.repo = expected.repo and published.number = expected.number
where published.copies is distinct from 1 or not published.is_sound or expected.number is null
