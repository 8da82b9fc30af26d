-- The areas in which most pull requests were merged in the period, and the guidance of the changed
-- files: their shares with guidance of their own, with an owner, and with stale guidance.
select
    coverage.repo,
    coverage.area,
    count(*) as changes,
    round(100 * sum(coverage.scoped) / sum(coverage.files))::integer as own_guidance_percent,
    round(100 * sum(coverage.root) / sum(coverage.files))::integer as general_guidance_percent,
    round(100 * sum(coverage.owned) / sum(coverage.files))::integer as owner_percent,
    round(100 * sum(coverage.stale) / sum(coverage.files))::integer as stale_guidance_percent
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
