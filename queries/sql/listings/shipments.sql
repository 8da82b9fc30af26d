-- What stands for shipping in how many of the repositories read from GitHub: deployments, else
-- releases, else nothing.
with told as (
    select
        case
            when repo in (select repo from deployments where is_production and state = 'succeeded') then 'deployments'
            when repo in (select repo from releases where not is_prerelease) then 'releases'
            else 'nothing'
        end as shipped_by
    from repositories
    where not is_imported
)

select
    shipped_by,
    count(*) as repositories
from told
group by shipped_by
order by shipped_by
