-- Spend: one row per day, account, provider, tool, model, actor and kind of token, as a vendor or a file told it.

-- What is replaced together: one day of one account of a source, from the API or from one file.
create table spend_partitions (
    partition_id varchar,
    source varchar,
    account varchar,
    day date,
    origin varchar,
    exported_at timestamp,
    loaded_at timestamp,
    is_provisional boolean
);

-- Amounts are in units of the currency, never in cents.
create table spend_rows (
    partition_id varchar,
    line integer,
    provider varchar,
    tool varchar,
    model varchar,
    actor_kind varchar,
    actor varchar,
    team varchar,
    token_type varchar,
    tokens bigint,
    requests bigint,
    amount decimal(18, 8),
    list_amount decimal(18, 8),
    currency varchar,
    basis varchar,
    is_estimate boolean,
    charge varchar
);

-- Group cells that were shown once stay as they were shown, so that no later change tells of one person.
create table frozen_cells (
    table_name varchar,
    cell varchar,
    shown json,
    frozen_at timestamp
);
