-- Rows of new atoms and of new versions of atoms.
create temp table atom_rows as
with groups as (
    select
        labels,
        concat(settings.snapshot_id, '-', row_number() over (order by labels)) as atom_id
    from (select distinct labels from splitting) as names
    cross join input_settings as settings
)

select
    groups.atom_id,
    1 as version,
    rows.*
from splitting as rows
inner join groups on groups.labels = rows.labels
union all by name
select
    rows.* replace (
        corrected.version as version,
        rows.known_usd as usd,
        rows.known_tokens as tokens,
        rows.known_requests as requests
    )
from compared_rows as rows
inner join corrected
    on corrected.atom_id = rows.atom_id and rows.version = corrected.version - 1;

create or replace temp table candidates as
select
    atom_id as grp,
    form,
    person,
    usd,
    tokens,
    requests
from atom_rows;

-- Which other measures may be published beside the dollars of an atom.
create temp table told_measures as
select
    sizes.grp as atom_id,
    is_safe(sizes.tokens_n, sizes.tokens_top, sizes.tokens_total, k)
    and (sizes.usd_total = 0 or coalesce(tokens.n, 0) = 0 or tokens.n >= k)
    and coalesce(corrected.is_tokens_safe, true) as has_tokens,
    is_safe(sizes.requests_n, sizes.requests_top, sizes.requests_total, k)
    and (sizes.usd_total = 0 or coalesce(requests.n, 0) = 0 or requests.n >= k)
    and (not has_tokens or coalesce(pairs.n, 0) = 0 or pairs.n >= k)
    and coalesce(corrected.is_requests_safe, true) as has_requests
from group_sizes('candidates') as sizes
cross join (select small_group as k from input_settings) as settings
left join outsiders('candidates', 'usd', 'tokens') as tokens on tokens.grp = sizes.grp
left join outsiders('candidates', 'usd', 'requests') as requests on requests.grp = sizes.grp
left join outsiders('candidates', 'tokens', 'requests') as pairs on pairs.grp = sizes.grp
left join corrected on corrected.atom_id = sizes.grp;

create temp table new_atoms as
with sums as (
    select
        rows.atom_id,
        rows.version,
        any_value(rows.labels) as labels,
        list(distinct rows.week) as weeks,
        any_value(rows.charge) as charge,
        bool_or(rows.is_estimate) as is_estimate,
        sum(rows.usd) as usd,
        sum(rows.tokens)::bigint as tokens,
        sum(rows.requests)::bigint as requests
    from atom_rows as rows
    group by rows.atom_id, rows.version
)

select
    sums.atom_id,
    sums.version,
    settings.snapshot_id,
    coalesce(old.month, date_trunc('month', sums.weeks[1])::date) as month,
    coalesce(old.days, (
        select list(days.day order by days.day)
        from weeks,
            unnest(generate_series(weeks.week, weeks.last_on, interval 1 day)::date[]) as days(day)
        where list_contains(sums.weeks, weeks.week)
    )) as days,
    sums.charge,
    coalesce(old.provider, sums.labels[2]) as provider,
    coalesce(old.tool, sums.labels[3]) as tool,
    coalesce(old.team, sums.labels[5]) as team,
    coalesce(old.account, sums.labels[6]) as account,
    coalesce(old.basis, sums.labels[7]) as basis,
    coalesce(old.model, sums.labels[8]) as model,
    sums.is_estimate,
    sums.usd,
    if(told.has_tokens, sums.tokens, null) as tokens,
    if(told.has_requests, sums.requests, null) as requests
from sums
cross join input_settings as settings
inner join told_measures as told on told.atom_id = sums.atom_id
left join ledger.published_atoms as old
    on old.atom_id = sums.atom_id and old.version = sums.version - 1;

-- All that may be published up to `as_of`: the newest version of each atom that is over.
create temp table input_atoms as
select
    atoms.*,
    atoms.atom_id in (
        -- machines' rows are in no atom, and with a null every other atom would be unknown
        select atom_id from compared_rows where is_provisional and atom_id is not null
        union all
        select atom_id from atom_rows where is_provisional
    ) as is_provisional
from (
    select * from ledger.published_atoms
    union all by name
    select * from new_atoms
) as atoms
cross join input_settings as settings
where list_max(atoms.days) <= settings.as_of
qualify row_number() over (partition by atoms.atom_id order by atoms.version desc) = 1;

create temp table input_atom_people as
select
    rows.atom_id,
    rows.form,
    rows.person,
    sum(rows.usd) as usd
from (
    select atom_id, version, form, person, usd from compared_rows
    union all
    select atom_id, version, form, person, usd from atom_rows
) as rows
inner join input_atoms as atoms on atoms.atom_id = rows.atom_id and atoms.version = rows.version
group by rows.atom_id, rows.form, rows.person;

-- Spend of no person: as it is now, and as it was where other rows replace it.
create temp table input_machine_spend as
from known_spend
anti join replaced_days
    on replaced_days.day = known_spend.day and replaced_days.provider = known_spend.provider
anti join doubled_months as doubled
    on
        doubled.are_persons_first
        and doubled.total_month = known_spend.month
        and doubled.total_provider = known_spend.provider
        and doubled.total_source = known_spend.source
        and doubled.total_basis = known_spend.basis
        and doubled.is_surcharge = is_surcharge(known_spend.charge)
anti join few_totals
    using (source, account, day, provider, tool, model, basis, charge, actor)
where actor = ''
union all by name
from compared_rows as rows
where
    rows.atom_id is null
    and (
        exists (
            select 1
            from replaced_days as replaced
            where replaced.day = rows.day and replaced.provider = rows.provider
        )
        or rows.is_gone
        and exists (
            select 1
            from doubled_months as doubled
            where
                not doubled.are_persons_first
                and doubled.total_month = date_trunc('month', rows.day)
                and doubled.total_provider = rows.provider
                and doubled.total_source = rows.source
                and doubled.total_basis = rows.basis
        )
    );

-- Days of which some spend of persons is in no atom, with the reason.
create temp table input_spend_gaps as
with reasons as (
    select
        unnest(generate_series(
            weeks.week, least(weeks.last_on, settings.as_of), interval 1 day
        ))::date as day,
        if(weeks.is_over, 1, 0) as reason
    from weeks
    cross join input_settings as settings
    where exists (
        select 1
        from fresh_spend as fresh
        anti join replaced_days as replaced
            on replaced.day = fresh.day and replaced.provider = fresh.provider
        anti join doubled_months as doubled
            on
                not doubled.is_surcharge
                and doubled.month = fresh.month
                and doubled.provider = fresh.provider
                and doubled.source = fresh.source
                and doubled.basis = fresh.basis
        where
            fresh.week = weeks.week
            and fresh.actor <> ''
            and fresh.fresh_id not in (select fresh_id from splitting)
    )
    union all
    select day, 2 from replaced_days
    union all
    select day, 2 from copied_spend
    union all
    select known.day, 2
    from known_spend as known
    inner join doubled_months as doubled
        on
            doubled.are_persons_first
            and doubled.total_month = known.month
            and doubled.total_provider = known.provider
            and doubled.total_source = known.source
            and doubled.total_basis = known.basis
            and doubled.is_surcharge = is_surcharge(known.charge)
    where known.actor = ''
    union all
    select day, 1 from few_totals
    union all
    -- an invoice is the total of its month
    select fresh.day, 2
    from fresh_spend as fresh
    inner join doubled_months as doubled
        on
            not doubled.are_persons_first
            and doubled.total_basis <> 'invoice'
            and doubled.month = fresh.month
            and doubled.provider = fresh.provider
            and doubled.source = fresh.source
            and doubled.basis = fresh.basis
    anti join input_machine_spend as totals
        on
            totals.day = fresh.day
            and totals.provider = doubled.total_provider
            and totals.source = doubled.total_source
            and totals.basis = doubled.total_basis
    where fresh.actor <> ''
    union all
    select unnest(atoms.days), 2
    from restated
    inner join input_atoms as atoms on atoms.atom_id = restated.atom_id
    anti join corrected on corrected.atom_id = restated.atom_id
)

select
    day,
    ['not final yet', 'too few people', 'restated'][min(reason) + 1] as reason
from reasons
group by day;
