-- The ledger's rows of a file, in a fixed order within a day: the same file always gives the same rows.
select
    left(sha256(concat_ws('|', source, account, day, getvariable('origin'))), 16) as partition_id,
    row_number() over (
        partition by source, account, day
        order by
            provider,
            tool,
            model,
            actor_kind,
            actor,
            team,
            token_type,
            currency,
            basis,
            is_estimate,
            charge,
            is_without_amount
    )::integer as line,
    provider,
    tool,
    model,
    actor_kind,
    actor,
    team,
    token_type,
    tokens,
    requests,
    amount,
    list_amount,
    currency,
    basis,
    is_estimate,
    charge
from summed
where not is_left_out and (not is_without_amount or tokens <> 0 or requests <> 0)
