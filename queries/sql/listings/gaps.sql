-- Where the pull requests and issues that are here are not those that GitHub counts: one row per
-- repository, in words. What was never counted is no gap.
with told as (
    select
        repo,
        difference > 0 as is_missing_here,
        kind,
        sum(abs(difference)) as n,
        list(strftime(month, '%Y-%m') order by month) as months,
        max(counted_at)::date as counted_on
    from reconciliation
    where difference <> 0
    group by all
),

said as (
    select
        repo,
        is_missing_here,
        max(counted_on) as counted_on,
        string_agg(
            format(
                '{:,} {}{} of {}',
                n::bigint,
                replace(kind, '_', ' '),
                if(n = 1, '', 's'),
                if(
                    length(months) > 3,
                    format('{} months from {} to {}', length(months), months[1], months[-1]),
                    array_to_string(months, ', ')
                )
            ),
            ' and '
            order by kind desc
        ) as what
    from told
    group by repo, is_missing_here
)

select concat_ws(
    '; ',
    said.repo || ': ' || string_agg(
        if(is_missing_here, 'not here but at GitHub: ', 'here but not at GitHub: ') || what, '; '
        order by is_missing_here desc
    ),
    format('GitHub counted on {}', max(said.counted_on)),
    if(
        any_value(repositories.queued_count) > 0,
        format('{:,} still to come', any_value(repositories.queued_count)),
        null
    ),
    'run `headway refresh --full`'
) as problem
from said
inner join repositories on repositories.repo = said.repo
where repositories.deleted_at is null
group by said.repo
order by said.repo
