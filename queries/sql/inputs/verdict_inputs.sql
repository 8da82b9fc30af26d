-- Weekly sums of the comparisons that this publish judged, added metric by metric.
create temp table if not exists judged_inputs (
    position bigint,
    series varchar,
    block date,
    numerator double,
    denominator double,
    moves double,
    is_masked boolean,
    regime integer
);

insert into judged_inputs
select
    position::bigint as position,
    series::varchar as series,
    date '1970-01-05' + 7 * week::integer as block,
    numerator::double as numerator,
    denominator::double as denominator,
    if(isnan(moves::double), null, moves::double) as moves,
    is_masked::boolean as is_masked,
    if(regime < 0, null, regime::integer) as regime
from judged_inputs_frame;
