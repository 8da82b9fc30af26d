-- Number of repositories read from GitHub by their kind of shipment: deployments, releases,
-- nothing.
with kinds as (
    select repo, any_value(shipment) || 's' as shipped_by
    from shipments
    group by repo
)

select
    coalesce(kinds.shipped_by, 'nothing') as shipped_by,
    count(*) as repositories
from repositories
left join kinds on kinds.repo = repositories.repo
where not repositories.is_imported
group by all
order by shipped_by
