-- Size of the groups of a table (grp, form, person, usd, tokens, requests): per measure how many
-- persons have a twentieth of the mean or more, what the two largest of them have, and what all
-- have, without signs. Names of different forms may belong to one person: each person is counted
-- in one form only, and the largest persons of all forms are taken for one.
create or replace temp macro group_sizes(name) as table
with persons as (
    select
        grp,
        form,
        person,
        abs(sum(usd))::double as usd,
        abs(sum(tokens))::double as tokens,
        abs(sum(requests))::double as requests
    from query_table(name)
    group by grp, form, person
),

compared as (
    select
        *,
        0.05 * avg(nullif(usd, 0)) over own as usd_least,
        0.05 * avg(nullif(tokens, 0)) over own as tokens_least,
        0.05 * avg(nullif(requests, 0)) over own as requests_least
    from persons
    window own as (partition by grp)
),

forms as (
    select
        grp,
        count(*) filter (usd >= usd_least and form <> 'unknown') as usd_n,
        count(*) filter (tokens >= tokens_least and form <> 'unknown') as tokens_n,
        count(*) filter (requests >= requests_least and form <> 'unknown') as requests_n,
        coalesce(max(usd, 2), [0]) as usd_top,
        coalesce(max(tokens, 2), [0]) as tokens_top,
        coalesce(max(requests, 2), [0]) as requests_top,
        coalesce(sum(usd), 0) as usd_total,
        coalesce(sum(tokens), 0) as tokens_total,
        coalesce(sum(requests), 0) as requests_total
    from compared
    group by grp, form
)

select
    grp,
    max(usd_n) as usd_n,
    max(tokens_n) as tokens_n,
    max(requests_n) as requests_n,
    [sum(usd_top[1]), sum(list_sum(usd_top))] as usd_top,
    [sum(tokens_top[1]), sum(list_sum(tokens_top))] as tokens_top,
    [sum(requests_top[1]), sum(list_sum(requests_top))] as requests_top,
    sum(usd_total) as usd_total,
    sum(tokens_total) as tokens_total,
    sum(requests_total) as requests_total
from forms
group by grp;

-- Whether a measure of a group may be published: nobody has any of it, or at least k persons have,
-- nobody over four fifths, and all but the two largest a tenth of the largest (p % rule). `top` has
-- what the largest and what the two largest have.
create or replace temp macro is_safe(persons, top, total, k) as
total = 0 or (persons >= k and top[1] <= 0.8 * total and total - top[2] >= 0.1 * top[1]);

-- Whether a group may be published at all: its dollars, or without dollars its other measures.
create or replace temp macro is_large(sizes, k) as
is_safe(sizes.usd_n, sizes.usd_top, sizes.usd_total, k)
and (
    sizes.usd_total > 0
    or (
        sizes.tokens_total + sizes.requests_total > 0
        and is_safe(sizes.tokens_n, sizes.tokens_top, sizes.tokens_total, k)
        and is_safe(sizes.requests_n, sizes.requests_top, sizes.requests_total, k)
    )
);

-- Persons of a table's groups in whom two measures are not in the proportion that is most frequent
-- in the group, if several share one: the difference of the measures, in that proportion, contains
-- nobody else.
create or replace temp macro outsiders(name, one, other) as table
with persons as (
    select
        grp,
        form,
        person,
        coalesce(sum(if(one = 'usd', usd::double, tokens::double)), 0) as a,
        coalesce(sum(if(other = 'tokens', tokens::double, requests::double)), 0) as b
    from query_table(name)
    group by grp, form, person
    having a <> 0 or b <> 0
),

proportions as (
    select
        *,
        if(b = 0, 1e300, a / b) as proportion,
        format('{:.2e}', proportion) as about,
        count(*) over (partition by grp, about) as persons_alike
    from persons
),

others as (
    select
        grp,
        form,
        -- whole tokens make proportions differ in the fourth digit
        count(*) filter (
            most_alike > 1 and abs(proportion - usual) > 0.001 * abs(usual)
        ) as n
    from (
        select
            *,
            arg_max(proportion, (persons_alike, proportion)) over (partition by grp) as usual,
            max(persons_alike) over (partition by grp) as most_alike
        from proportions
    ) as compared
    group by grp, form
)

select
    grp,
    max(n) as n
from others
group by grp;
