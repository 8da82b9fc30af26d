-- Spend not yet published, one row per day, account, provider, tool, model and person. It gets
-- cells of its own, so that the difference between two snapshots contains no fewer than k persons.
with shown as (
    select
        week,
        day,
        account,
        provider,
        tool,
        model,
        basis,
        charge,
        is_counted,
        person,
        any_value(team) as team,
        bool_or(is_provisional) as is_provisional,
        bool_or(is_estimate) as is_estimate,
        sum(usd) as usd,
        sum(list_usd) as list_usd,
        sum(tokens) as tokens,
        sum(requests) as requests
    from input_published_spend
    cross join input_settings as settings
    where input_published_spend.day <= settings.as_of
    group by all
),

compared as (
    select
        coalesce(persons.week, shown.week) as week,
        coalesce(persons.day, shown.day) as day,
        coalesce(persons.account, shown.account) as account,
        coalesce(persons.provider, shown.provider) as provider,
        coalesce(persons.tool, shown.tool) as tool,
        coalesce(persons.model, shown.model) as model,
        coalesce(persons.basis, shown.basis) as basis,
        coalesce(persons.charge, shown.charge) as charge,
        coalesce(persons.is_counted, shown.is_counted) as is_counted,
        coalesce(persons.person, shown.person) as person,
        coalesce(persons.team, shown.team) as team,
        coalesce(persons.is_provisional, shown.is_provisional) as is_provisional,
        coalesce(persons.is_estimate, shown.is_estimate) as is_estimate,
        persons.usd as new_usd,
        shown.usd as old_usd,
        persons.list_usd as new_list_usd,
        shown.list_usd as old_list_usd,
        coalesce(persons.tokens, 0) - coalesce(shown.tokens, 0) as tokens,
        coalesce(persons.requests, 0) - coalesce(shown.requests, 0) as requests
    from int_spend_people as persons
    full join shown
        on
            shown.day = persons.day
            and shown.account = persons.account
            and shown.provider = persons.provider
            and shown.tool = persons.tool
            and shown.model = persons.model
            and shown.basis = persons.basis
            and shown.charge = persons.charge
            and shown.is_counted = persons.is_counted
            and shown.person = persons.person
)

select
    * exclude (new_usd, old_usd, new_list_usd, old_list_usd, tokens, requests),
    if(
        new_usd is null and old_usd is null,
        null,
        coalesce(new_usd, 0) - coalesce(old_usd, 0)
    ) as usd,
    if(
        new_list_usd is null and old_list_usd is null,
        null,
        coalesce(new_list_usd, 0) - coalesce(old_list_usd, 0)
    )
        as list_usd,
    tokens,
    requests
from compared
where
    abs(coalesce(new_usd, 0) - coalesce(old_usd, 0)) > 1e-6
    or abs(coalesce(new_list_usd, 0) - coalesce(old_list_usd, 0)) > 1e-6
    or tokens <> 0
    or requests <> 0
