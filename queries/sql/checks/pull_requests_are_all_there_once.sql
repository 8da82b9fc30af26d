-- Every pull request of the ledger that was opened before the cutoff is published, once.
with published as (
    select
        repo,
        number,
        count(*) as copies
    from pull_requests
    group by repo, number
)

select
    coalesce(expected.repo, published.repo) as repo,
    coalesce(expected.number, published.number) as number,
    coalesce(published.copies, 0) as copies
from stg_pull_requests as expected
full join published on published.repo = expected.repo and published.number = expected.number
where published.copies is distinct from 1 or expected.number is null
