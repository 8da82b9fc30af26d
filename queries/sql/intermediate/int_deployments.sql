-- One row per deployment: whether it went to production, by the first rule that its environment's
-- name matches.
with environments as (
    select
        value as environment,
        arg_min(meaning, position) = 'production' as is_production
    from int_rule_matches
    where kind = 'label_rules' and field = 'environment'
    group by value
)

select
    deployments.*,
    coalesce(environments.is_production, false) as is_production
from stg_deployments as deployments
left join environments on environments.environment = deployments.environment
