-- What was published before beside what is known now, row by row.
create temp table known_spend as
select
    spent.*,
    partitions.origin,
    identities.form,
    identities.person
from int_spend_people as spent
inner join stg_spend_partitions as partitions using (source, account, day)
left join input_identities as identities on identities.actor = spent.actor;

create temp table published_rows as
select rows.*
from ledger.published_spend as rows
cross join input_settings as settings
where rows.day <= settings.as_of;

-- Rows that were never published, in any form.
create temp table fresh_spend as
select
    known.*,
    row_number() over () as fresh_id
from known_spend as known
anti join published_rows
    using (source, account, day, provider, tool, model, basis, charge, actor)
where
    coalesce(known.usd, 0) <> 0
    or coalesce(known.tokens, 0) <> 0
    or coalesce(known.requests, 0) <> 0;

-- Spend of persons and of nobody that may be the same money, so that its difference is a person's:
-- in one month of a provider, from different sources, bases or files; an invoice of one day also of
-- the month before. Taxes, credits and corrections of nobody are a part of all usage of the month, of
-- any source. What was published first is published, and else what names nobody, but no
-- surcharge.
create temp table doubled_months as
with spent as (
    select
        known.month,
        known.day,
        known.provider,
        known.source,
        known.basis,
        known.charge,
        known.actor <> '' as is_personal,
        known.usd,
        false as is_published,
        known.origin
    from known_spend as known
    where known.basis <> 'seat' and known.charge <> 'seat'
    union all
    select
        date_trunc('month', day)::date,
        day,
        provider,
        source,
        basis,
        charge,
        actor <> '',
        null,
        true,
        null
    from ledger.published_spend
    where basis <> 'seat' and charge <> 'seat'
),

-- the other rows of a file, or of an API, that names persons are no total of them, unless they are
-- its last line
naming as (
    select
        month,
        provider,
        source,
        origin,
        sum(usd) filter (is_personal) as persons_usd,
        coalesce(sum(usd) filter (not is_personal), 0) as other_usd
    from spent
    where origin is not null
    group by all
    having bool_or(is_personal)
    and (
        other_usd = 0
        or coalesce(abs(other_usd - persons_usd) > 0.01 + 0.0001 * abs(persons_usd), true)
    )
),

sources as (
    select
        spent.month,
        spent.provider,
        spent.source,
        spent.basis,
        is_surcharge(spent.charge) as is_surcharge,
        spent.is_personal,
        bool_or(spent.is_published) as is_published,
        spent.basis = 'invoice' and min(spent.day) = max(spent.day) as is_invoice,
        coalesce(
            bool_and(naming.origin is not null) filter (not spent.is_published), false
        ) as is_beside_persons
    from spent
    left join naming using (month, provider, source, origin)
    group by 1, 2, 3, 4, 5, 6
)

select
    persons.month,
    persons.provider,
    persons.source,
    persons.basis,
    totals.month as total_month,
    totals.provider as total_provider,
    totals.source as total_source,
    totals.basis as total_basis,
    totals.is_surcharge,
    bool_or(persons.is_published) or (totals.is_surcharge and not bool_or(totals.is_published))
        as are_persons_first
from sources as persons
inner join sources as totals
    on
        (
            totals.month = persons.month
            or (totals.is_invoice and totals.month = persons.month + interval 1 month)
        )
        and (
            totals.provider = persons.provider
            or (totals.basis = 'gateway' and is_gateway(totals.provider))
            or (persons.basis = 'gateway' and is_gateway(persons.provider))
            or (persons.basis in ('client', 'gateway') and is_reseller(totals.provider))
        )
        and (
            (totals.source, totals.basis) <> (persons.source, persons.basis)
            or totals.is_surcharge
            or not totals.is_beside_persons
        )
where persons.is_personal and not totals.is_personal
group by 1, 2, 3, 4, 5, 6, 7, 8, 9
having not (bool_or(persons.is_published) and bool_or(totals.is_published));

-- The rows of each version of each atom, beside what they are now.
create temp table compared_rows as
select
    rows.* replace (coalesce(known.is_estimate, rows.is_estimate) as is_estimate),
    max(rows.version) over (partition by rows.atom_id) as newest,
    identities.form,
    identities.person,
    -- rows of no person change their models and amounts every day
    if(rows.actor = '', machines.day is null, known.day is null) as is_gone,
    known.usd as known_usd,
    known.origin,
    known.tokens as known_tokens,
    known.requests as known_requests,
    coalesce(known.is_provisional, false) as is_provisional
from published_rows as rows
left join known_spend as known
    using (source, account, day, provider, tool, model, basis, charge, actor)
left join (
    select distinct source, account, day, provider, tool from known_spend where actor = ''
) as machines
    on
        machines.source = rows.source
        and machines.account = rows.account
        and machines.day = rows.day
        and machines.provider = rows.provider
        and machines.tool = rows.tool
left join input_identities as identities on identities.actor = rows.actor;

-- Days of a provider on which other rows replace published ones: they may be the same money in
-- another form, so the published numbers stand, and nothing new is added.
create temp table replaced_days as
select distinct
    gone.day,
    gone.provider
from compared_rows as gone
inner join fresh_spend as fresh on fresh.day = gone.day and fresh.provider = gone.provider
where gone.is_gone and (gone.actor <> '' or fresh.actor <> '');

-- A person's usage of one day with an amount that was published under another name, or that another
-- account or source has too: a copy of the same money, which would be published twice, once with
-- others. Under another account, source or provider it is one from three different amounts on, as
-- people may spend the same twice, and not within one file.
create temp table copied_spend as
with pairs as (
    select
        fresh.fresh_id,
        fresh.day,
        fresh.usd,
        (fresh.source, fresh.account, fresh.provider) as name,
        (other.source, other.account, other.provider) as other_name,
        other.fresh_id is null
        and (other.source, other.account) = (fresh.source, fresh.account) as is_renamed
    from fresh_spend as fresh
    inner join (
        select
            source, account, provider, day, charge, form, person, actor, usd,
            null as fresh_id, if(known_usd = usd, origin, null) as origin
        from compared_rows
        where atom_id is not null
        union all
        select
            source, account, provider, day, charge, form, person, actor, usd,
            fresh_id, origin
        from fresh_spend
    ) as other
        on
            other.day = fresh.day
            and other.charge = fresh.charge
            and other.usd = fresh.usd
            and other.form = fresh.form
            and other.person = fresh.person
            and (other.form <> 'unknown' or other.actor = fresh.actor)
            and (
                other.fresh_id is null
                or (
                    other.fresh_id < fresh.fresh_id
                    and other.provider = fresh.provider
                    and (other.source, other.account) <> (fresh.source, fresh.account)
                )
            )
    where
        fresh.actor <> ''
        and fresh.charge = 'usage'
        and fresh.usd <> 0
        and (fresh.origin = 'api' or other.origin is distinct from fresh.origin)
)

select distinct fresh_id, day
from pairs
qualify is_renamed or count(distinct usd) over (partition by name, other_name) >= 3;

delete from fresh_spend
where fresh_id in (select fresh_id from copied_spend);

-- Totals beside persons that are not published: if fewer than k of these persons are in their account,
-- tool and model, or on their day, such a total is theirs.
create temp table few_totals as
with totals as (
    select
        fresh.*,
        doubled.provider as persons_provider,
        -- else it is the total of its month
        min(fresh.day) over same <> max(fresh.day) over same as is_of_day
    from fresh_spend as fresh
    inner join doubled_months as doubled
        on
            not doubled.are_persons_first
            and doubled.total_month = fresh.month
            and doubled.total_provider = fresh.provider
            and doubled.total_source = fresh.source
            and doubled.total_basis = fresh.basis
    where fresh.actor = '' and fresh.charge <> 'seat'
    window same as (partition by fresh.month, fresh.provider, fresh.source, fresh.basis)
),

persons as (
    select distinct month, day, provider, account, tool, model, form, person
    from known_spend
    where actor <> ''
),

-- an account that no person has may be another name of theirs
keys as (
    select distinct
        totals.month,
        totals.day,
        totals.persons_provider,
        totals.account,
        totals.tool,
        totals.model,
        coalesce(accounts.account, '') as persons_account
    from totals
    left join (select distinct month, provider, account from persons) as accounts
        on
            accounts.month = totals.month
            and accounts.provider = totals.persons_provider
            and accounts.account = totals.account
),

counted as (
    select
        keys.*,
        persons.form,
        count(distinct persons.person) as in_month,
        count(distinct persons.person) filter (persons.day = keys.day) as on_day
    from keys
    inner join persons
        on
            persons.month = keys.month
            and persons.provider = keys.persons_provider
            and keys.persons_account in (persons.account, '')
            and keys.tool in (persons.tool, '')
            and keys.model in (persons.model, '')
    group by all
),

-- names of different forms may belong to one person
sizes as (
    select
        month,
        day,
        persons_provider,
        account,
        tool,
        model,
        max(in_month) as in_month,
        max(on_day) as on_day
    from counted
    group by all
)

select distinct totals.* exclude (persons_provider, is_of_day)
from totals
inner join sizes using (month, day, persons_provider, account, tool, model)
cross join input_settings as settings
where
    sizes.in_month < settings.small_group
    or (totals.is_of_day and sizes.on_day between 1 and settings.small_group - 1);

-- Weeks that are over, and final or at least three days old: what still moves much is the last days.
create temp table weeks as
with read_weeks as (
    select
        week_in_month(day) as week,
        bool_or(is_provisional) as is_provisional
    from stg_spend_partitions
    group by all
)

select
    read_weeks.week,
    least(date_trunc('week', read_weeks.week)::date + 6, last_day(read_weeks.week)) as last_on,
    last_on <= settings.as_of
    and (not read_weeks.is_provisional or last_on + 3 <= settings.as_of) as is_over
from read_weeks
cross join input_settings as settings;

-- Spend of persons that no atom contains yet and that may become one. `vals` has what a group is
-- split by, in this order; `labels` begins with what is never added up: an atom shows its dollars on
-- all days of its weeks, so weeks of two quarters never share one.
create temp table splitting as
select
    fresh.*,
    [
        fresh.provider,
        fresh.tool,
        fresh.week::varchar,
        coalesce(fresh.team, 'unattributed'),
        fresh.account,
        fresh.basis,
        fresh.model
    ] as vals,
    [
        concat_ws(' ', fresh.month, quarter_of(fresh.week), fresh.charge, fresh.basis = 'seat')
    ] as labels
from fresh_spend as fresh
inner join weeks on weeks.week = fresh.week and weeks.is_over
anti join replaced_days as replaced
    on replaced.day = fresh.day and replaced.provider = fresh.provider
anti join doubled_months as doubled
    on
        not doubled.are_persons_first
        and doubled.month = fresh.month
        and doubled.provider = fresh.provider
        and doubled.source = fresh.source
        and doubled.basis = fresh.basis
where fresh.actor <> '';
