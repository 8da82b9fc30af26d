-- Split every group by its value at `level`: values that are too small are added up under the label
-- `other`; if their sum is still too small, the smallest large value joins them; if that does not
-- help either, the group is not split. Of the first groups, which may be too small themselves, the
-- large values are split off all the same, and the rest waits.
create or replace temp table candidates as
select
    (labels, vals[getvariable('level')]) as grp,
    form,
    person,
    usd,
    tokens,
    requests
from splitting;

create or replace temp table sized as
select
    sizes.grp[1] as labels,
    sizes.grp[2] as val,
    sizes.usd_total,
    is_large(sizes, settings.small_group) as is_large
from group_sizes('candidates') as sizes
cross join input_settings as settings;

-- the rest, the rest with the smallest large value, and the whole group
create or replace temp table candidates as
with smallest as (
    select
        labels,
        arg_min(val, (usd_total, val)) filter (is_large) as val
    from sized
    group by labels
)

select
    (rows.labels, attempts.attempt) as grp,
    rows.form,
    rows.person,
    rows.usd,
    rows.tokens,
    rows.requests
from splitting as rows
inner join sized on sized.labels = rows.labels and sized.val = rows.vals[getvariable('level')]
inner join smallest on smallest.labels = rows.labels
cross join (select unnest(['rest', 'joined', 'whole']) as attempt) as attempts
where
    attempts.attempt = 'whole'
    or not sized.is_large
    or (attempts.attempt = 'joined' and sized.val = smallest.val);

create or replace temp table attempts as
select
    sizes.grp[1] as labels,
    bool_or(is_large(sizes, settings.small_group)) filter (sizes.grp[2] = 'rest') as is_rest_large,
    bool_or(is_large(sizes, settings.small_group)) filter (
        sizes.grp[2] = 'joined'
    ) as is_joined_large,
    bool_or(is_large(sizes, settings.small_group)) filter (sizes.grp[2] = 'whole') as is_large
from group_sizes('candidates') as sizes
cross join input_settings as settings
group by 1;

create or replace temp table splitting as
with smallest as (
    select
        labels,
        arg_min(val, (usd_total, val)) filter (is_large) as val
    from sized
    group by labels
)

select
    rows.* exclude (labels),
    list_append(
        rows.labels,
        case
            when attempts.is_rest_large is null then sized.val
            when attempts.is_rest_large then if(sized.is_large, sized.val, getvariable('other'))
            when attempts.is_joined_large
                then if(sized.is_large and sized.val <> smallest.val, sized.val, getvariable('other'))
            when attempts.is_large then getvariable('other')
            when sized.is_large then sized.val
        end
    ) as labels
from splitting as rows
inner join sized on sized.labels = rows.labels and sized.val = rows.vals[getvariable('level')]
inner join smallest on smallest.labels = rows.labels
inner join attempts on attempts.labels = rows.labels;

-- what is null stays out of every atom
delete from splitting where labels[-1] is null;
