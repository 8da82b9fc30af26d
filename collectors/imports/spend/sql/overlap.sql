-- Number of days of an import that another import, or the source's API, covers too.
select
    coalesce(imports.file, 'the API') as other,
    count(distinct mine.day) as days
from spend_partitions as mine
inner join spend_partitions as other
    on mine.source = other.source and mine.account = other.account and mine.day = other.day
    and mine.origin <> other.origin
left join imports on other.origin = imports.import_id
where mine.origin = $origin
group by all
order by other
