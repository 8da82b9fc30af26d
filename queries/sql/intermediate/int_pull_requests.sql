-- One row per pull request: as GitHub returns it, but merged where its changes are on the default
-- branch though GitHub calls it closed; `merge_rule` is then the reason, else null.
select
    pull_requests.* replace (
        coalesce(pull_requests.merged_at, landings.merged_at) as merged_at,
        coalesce(pull_requests.merged_by, landings.merged_by) as merged_by,
        coalesce(pull_requests.merged_by_type, landings.merged_by_type) as merged_by_type,
        coalesce(pull_requests.merge_commit, landings.merge_commit) as merge_commit
    ),
    landings.merge_rule
from stg_pull_requests as pull_requests
left join int_landings as landings
    on landings.repo = pull_requests.repo and landings.number = pull_requests.number
