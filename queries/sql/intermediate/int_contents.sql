-- One row per commit that may be released or deployed: `position` in the default branch of the newest
-- commit that it contains, and `own`, the commits that it contains beside the branch. A commit that
-- came with a merge need not contain all that precedes it, so its ancestors decide.
select repo, oid, position, null::varchar[] as own
from stg_default_branch_commits
where is_first_parent
union all
select
    ancestries.repo,
    ancestries.oid,
    bases.position,
    if(bases.position is not null, ancestries.own, null)
from stg_ancestries as ancestries
left join stg_default_branch_commits as bases
    on bases.repo = ancestries.repo and bases.oid = ancestries.base
anti join stg_default_branch_commits as firsts
    on firsts.repo = ancestries.repo and firsts.oid = ancestries.oid and firsts.is_first_parent
union all
select merged.repo, merged.oid, merged.position, null
from stg_default_branch_commits as merged
anti join stg_ancestries as ancestries
    on ancestries.repo = merged.repo and ancestries.oid = merged.oid
where not merged.is_first_parent
