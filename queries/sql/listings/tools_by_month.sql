-- How many tools money went to in each month, how many it would be were all shares alike (1 / the
-- sum of squared shares), and how much of the money went to tools by what was decided about them.
with each as (
    select
        month,
        tool,
        sum(cost_usd) as cost_usd,
        any_value(decision) as decision
    from tools
    where
        cost_usd > 0
        and month >= date_trunc('month', $start_on::date)
        and month < $end_on::date
    group by month, tool
),

shares as (
    select
        *,
        cost_usd / sum(cost_usd) over (partition by month) as share
    from each
)

select
    shares.month,
    count(*) as tools,
    1 / sum(shares.share ** 2) as effective_tools,
    coalesce(sum(shares.share) filter (shares.decision = 'adopt'), 0) as adopted_share,
    coalesce(sum(shares.share) filter (shares.decision = 'trial'), 0) as trial_share,
    coalesce(
        sum(shares.share) filter (shares.decision in ('hold', 'retire')),
        0
    ) as hold_or_retire_share,
    coalesce(sum(shares.share) filter (shares.decision is null), 0) as undecided_share,
    sum(shares.cost_usd) as cost_usd,
    last_day(shares.month) > any_value(snapshot.as_of) as is_partial
from shares
cross join snapshot
group by shares.month
order by shares.month
