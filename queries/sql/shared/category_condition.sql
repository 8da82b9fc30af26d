-- Condition for the items of pull requests of one work category.
exists (
    select 1
    from pull_requests
    where
        pull_requests.repo = items.repo
        and pull_requests.number = items.number
        and pull_requests.work_category = $category::varchar
)
