-- Weekly sums of the comparisons that this publish judged, as lists in the form of the ledger. They
-- are added metric by metric: DuckDB holds the lists of one statement in memory.
create temp table if not exists judged_lists (
    position bigint,
    inputs struct(
        series varchar,
        block date,
        numerator double,
        denominator double,
        moves double,
        is_masked boolean,
        regime integer
    )[]
);

insert into judged_lists
with judged as (
    select
        position::bigint as position,
        series::varchar as series,
        date '1970-01-05' + 7 * week::integer as block,
        numerator::double as numerator,
        denominator::double as denominator,
        if(isnan(moves::double), null, moves::double) as moves,
        is_masked::boolean as is_masked,
        if(regime < 0, null, regime::integer) as regime
    from judged_inputs_frame
)

select
    position,
    list({
        'series': series,
        'block': block,
        'numerator': numerator,
        'denominator': denominator,
        'moves': moves,
        'is_masked': is_masked,
        'regime': regime
    } order by series, block) as inputs
from judged
group by position;
