-- Releases published per week. Prereleases are excluded.
select
    published_at::date as day,
    repo,
    tag as key,
    if(is_prerelease, null, 1.0::double) as value,
    coalesce(is_prerelease, false) as is_excluded
from releases
