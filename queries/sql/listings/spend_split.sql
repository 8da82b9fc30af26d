-- Why counted spend within the scope changed from one window to another, over provider, tool and
-- model. A segment that costs something in one of them only is new or retired. Of the others:
-- volume is what the growth of all quantities together would have cost, mix what their shift
-- between segments adds, price what a unit costs more. A quantity is tokens if they are known for
-- nearly all the money of both windows, else requests, else dollars, which are then all volume;
-- each kind is split by itself. The price of a token is that of the kinds of tokens used. The parts
-- add up to the change exactly; the first row is all together.
with placed as (
    select
        coalesce(provider, '') as provider,
        coalesce(tool, '') as tool,
        coalesce(model, '') as model,
        case
            when day >= $start_on::date and day < $end_on::date then 'after'
            when day >= $before_start::date and day < $before_end::date then 'before'
        end as place,
        cost_usd,
        tokens,
        requests
    from spend
    where is_counted and is_in_scope and charge in ('usage', 'seat')
),

totalled as (
    select
        provider,
        tool,
        model,
        place,
        sum(cost_usd)::decimal(30, 8) as usd,
        if(
            sum(abs(cost_usd)) filter (tokens > 0) >= 0.95 * sum(abs(cost_usd)),
            sum(tokens),
            null
        )::double as tokens,
        if(
            sum(abs(cost_usd)) filter (requests > 0) >= 0.95 * sum(abs(cost_usd)),
            sum(requests),
            null
        )::double
            as requests
    from placed
    where place is not null
    group by provider, tool, model, place
    having sum(cost_usd)::decimal(30, 8) <> 0
),

paired as (
    select
        provider,
        tool,
        model,
        before.usd as before_usd,
        after.usd as after_usd,
        case
            when before.usd is null then 'new'
            when after.usd is null then 'retired'
            when before.tokens > 0 and after.tokens > 0 then 'tokens'
            when before.requests > 0 and after.requests > 0 then 'requests'
            else 'dollars'
        end as unit,
        case unit
            when 'tokens' then before.tokens
            when 'requests' then before.requests
        end as before_quantity,
        case unit
            when 'tokens' then after.tokens
            when 'requests' then after.requests
        end as after_quantity
    from (from totalled where place = 'before') as before
    full join (from totalled where place = 'after') as after using (provider, tool, model)
),

stepped as (
    select
        *,
        -- had all segments of its unit grown alike; then with its own quantity, at the price before
        case
            when unit in ('tokens', 'requests')
                then
                    before_usd
                    * sum(after_quantity) over (partition by unit)
                    / sum(before_quantity) over (partition by unit)
            when unit = 'dollars' then after_usd
        end::decimal(30, 8) as grown_usd,
        case
            when unit in ('tokens', 'requests') then before_usd * after_quantity / before_quantity
            when unit = 'dollars' then after_usd
        end::decimal(30, 8) as shifted_usd
    from paired
),

parts as (
    select
        provider,
        tool,
        model,
        unit,
        coalesce(before_usd, 0) as before_usd,
        coalesce(grown_usd - before_usd, 0) as volume_usd,
        coalesce(shifted_usd - grown_usd, 0) as mix_usd,
        coalesce(after_usd - shifted_usd, 0) as price_usd,
        if(unit = 'new', after_usd, 0) as new_usd,
        if(unit = 'retired', -before_usd, 0) as retired_usd,
        coalesce(after_usd, 0) as after_usd,
        before_quantity,
        after_quantity
    from stepped
),

totals as (
    select
        'all' as provider,
        'all' as tool,
        'all' as model,
        'all' as unit,
        sum(before_usd) as before_usd,
        sum(volume_usd) as volume_usd,
        sum(mix_usd) as mix_usd,
        sum(price_usd) as price_usd,
        sum(new_usd) as new_usd,
        sum(retired_usd) as retired_usd,
        sum(after_usd) as after_usd,
        null::double as before_quantity,
        null::double as after_quantity
    from parts
    having count(*) > 0
)

select *
from (
    select true as is_total, * from totals
    union all
    select false, * from parts
) as both_kinds
order by is_total desc, abs(after_usd - before_usd) desc, provider, tool, model
