-- New versions of atoms that were restated: at most two, each once the vendors restate no more, and
-- only if what it adds to each version before, and what is then left, are as large as an atom. Of
-- three versions that is all there is to check; of four, a sum may leave only a few persons though
-- every two versions differ in enough.
create temp table restated as
with atoms as (
    select
        rows.atom_id,
        any_value(rows.newest) as newest
    from compared_rows as rows
    left join replaced_days as replaced
        on replaced.day = rows.day and replaced.provider = rows.provider
    anti join doubled_months as doubled
        on
            doubled.are_persons_first
            and not doubled.is_surcharge
            and doubled.month = date_trunc('month', rows.day)
            and doubled.provider = rows.provider
    where rows.version = rows.newest
    group by rows.atom_id
    having
        count(replaced.day) = 0
        and not bool_or(rows.is_provisional)
        and bool_or(
            coalesce(rows.known_usd, 0) <> coalesce(rows.usd, 0)
            or coalesce(rows.known_tokens, 0) <> coalesce(rows.tokens, 0)
            or coalesce(rows.known_requests, 0) <> coalesce(rows.requests, 0)
        )
)

select
    atoms.atom_id,
    atoms.newest
from atoms
-- an atom of which a day is after `as_of` is not known whole
anti join (
    select published.atom_id
    from ledger.published_atoms as published
    cross join input_settings as settings
    where list_max(published.days) > settings.as_of
) as partly on partly.atom_id = atoms.atom_id
where atoms.newest < 3;

create or replace temp table candidates as
select
    (rows.atom_id, rows.version) as grp,
    rows.form,
    rows.person,
    coalesce(rows.known_usd, 0) - coalesce(rows.usd, 0) as usd,
    coalesce(rows.known_tokens, 0) - coalesce(rows.tokens, 0) as tokens,
    coalesce(rows.known_requests, 0) - coalesce(rows.requests, 0) as requests
from compared_rows as rows
semi join restated on restated.atom_id = rows.atom_id
union all
select
    (rows.atom_id, 0),
    rows.form,
    rows.person,
    coalesce(rows.known_usd, 0),
    coalesce(rows.known_tokens, 0),
    coalesce(rows.known_requests, 0)
from compared_rows as rows
semi join restated on restated.atom_id = rows.atom_id and restated.newest = rows.version;

create temp table corrected as
with sizes as (
    select
        sizes.grp[1] as atom_id,
        is_safe(sizes.usd_n, sizes.usd_top, sizes.usd_total, settings.small_group) as is_usd_safe,
        is_safe(sizes.tokens_n, sizes.tokens_top, sizes.tokens_total, settings.small_group)
            as is_tokens_safe,
        is_safe(
            sizes.requests_n, sizes.requests_top, sizes.requests_total, settings.small_group
        ) as is_requests_safe
    from group_sizes('candidates') as sizes
    cross join input_settings as settings
)

select
    sizes.atom_id,
    any_value(restated.newest) + 1 as version,
    bool_and(sizes.is_tokens_safe) as is_tokens_safe,
    bool_and(sizes.is_requests_safe) as is_requests_safe
from sizes
inner join restated on restated.atom_id = sizes.atom_id
group by sizes.atom_id
having bool_and(sizes.is_usd_safe);
