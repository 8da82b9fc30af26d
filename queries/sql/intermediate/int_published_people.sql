-- One row per person and period with the published team and role. Labels of days that were
-- published before change only if each group of people with the same change has at least k. People
-- with the same labels in all snapshots so far share a `class`.
with published as (
    select
        periods.from_on,
        periods.to_on,
        coalesce(renamed.login, published.login) as login,
        published.team,
        published.role,
        published.is_engineering_role,
        published.class
    from int_periods as periods
    inner join input_published_people as published
        on published.from_on <= periods.from_on and published.to_on >= periods.to_on
    left join int_former_logins as renamed on renamed.former = published.login
    qualify row_number() over (
        partition by periods.from_on, coalesce(renamed.login, published.login)
        order by renamed.login nulls first, published.login
    ) = 1
),

compared as (
    select
        coalesce(published.from_on, wanted.from_on) as from_on,
        coalesce(published.to_on, wanted.to_on) as to_on,
        coalesce(published.login, wanted.login) as login,
        published.class,
        (published.team, published.role, published.is_engineering_role) as old,
        (wanted.team, wanted.role, wanted.is_engineering_role) as new,
        count(*) over (
            partition by
                coalesce(published.from_on, wanted.from_on),
                published.class,
                wanted.team,
                wanted.role,
                wanted.is_engineering_role
        ) as people
    from int_person_groups as wanted
    full join published
        on published.login = wanted.login and published.from_on = wanted.from_on
),

decided as (
    select
        compared.from_on,
        compared.to_on,
        compared.login,
        compared.class,
        compared.old,
        settings.small_group as k,
        if(
            if(
                compared.class is null,
                compared.people,
                min(compared.people) over (partition by compared.from_on, compared.class)
            ) >= settings.small_group,
            compared.new,
            compared.old
        ) as label
    from compared
    cross join input_settings as settings
),

-- groups that are too small since `small_group` was raised
sized as (
    select
        *,
        count(*) over (partition by from_on, label) >= k as is_large
    from decided
)

select
    from_on,
    to_on,
    login,
    if(is_large, label[1], null) as team,
    if(is_large, label[2], null) as role,
    if(is_large, label[3], null) as is_engineering_role,
    case
        when class is null and coalesce(label[1], label[2], label[3]::varchar) is null then null
        when class is null then md5(label::varchar)
        when label is distinct from old then md5(class || label::varchar)
        else class
    end as class
from sized
