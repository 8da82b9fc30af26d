-- Guidance and owners of the files of a pull request into the default branch, at its merge, or at
-- its opening if it was not merged. Lock files, generated and vendored files, and the files that
-- codify knowledge, are left out.
-- Grain: repo, number, area. Columns are stable unless marked experimental.
--
-- repo: owner/name.
-- number: the pull request.
-- area: as in pull_request_areas.
-- files: changed files.
-- scoped: of these, files under a document that covers a folder or a glob.
-- root: files under a document of the whole repository, and no other.
-- stale: files whose nearest document was stale.
-- owned: files that a rule of CODEOWNERS without error owned, which is no catch-all.
-- scoped_fresh_owned: files with all three: scoped guidance that is not stale, and an owner.
select
    repo,
    number,
    area,
    count(*)::integer as files,
    count(*) filter (level = 'scoped')::integer as scoped,
    count(*) filter (level = 'root')::integer as root,
    count(*) filter (is_stale)::integer as stale,
    count(*) filter (is_owned)::integer as owned,
    count(*) filter (level = 'scoped' and not is_stale and is_owned)::integer as scoped_fresh_owned
from int_file_coverage
group by repo, number, area
order by repo, number, area
