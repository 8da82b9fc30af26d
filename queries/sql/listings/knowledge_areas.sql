-- The areas in which most pull requests were merged in the period, and the guidance of the changed
-- files: their shares with guidance of their own, with an owner, and with stale guidance.
select
    coverage.repo,
    coverage.area,
    count(*) as changes,
    sum(coverage.scoped) / sum(coverage.files) as with_own_guidance,
    sum(coverage.root) / sum(coverage.files) as with_general_guidance,
    sum(coverage.owned) / sum(coverage.files) as with_an_owner,
    sum(coverage.stale) / sum(coverage.files) as with_stale_guidance
from knowledge_coverage as coverage
inner join pull_requests
    on pull_requests.repo = coverage.repo and pull_requests.number = coverage.number
where
    pull_requests.merged_at >= $start_on
    and pull_requests.merged_at < $end_on
    and coalesce(pull_requests.author_kind <> 'bot', true)
    and ($repo is null or coverage.repo = $repo)
    and ($team is null or pull_requests.team = $team)
group by coverage.repo, coverage.area
order by changes desc, coverage.repo, coverage.area
limit 20
