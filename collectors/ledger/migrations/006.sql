-- What was published of persons and their spend, so that no two snapshots together reveal one person.
-- `if not exists`: a restore copies these tables into a backup of before.

-- Every snapshot that this ledger was published as.
create table if not exists published_snapshots (
    snapshot_id varchar,
    published_at timestamp
);

-- Teams and roles under which people were published, by days.
create table if not exists published_people (
    login varchar,
    from_on date,
    to_on date,
    team varchar,
    role varchar,
    is_engineering_role boolean,
    class varchar
);

-- Atoms: the smallest sums of persons' spend in any published table, one row per version.
create table if not exists published_atoms (
    atom_id varchar,
    version integer,
    snapshot_id varchar,
    month date,
    days date[],
    charge varchar,
    basis varchar,
    account varchar,
    provider varchar,
    tool varchar,
    model varchar,
    team varchar,
    is_estimate boolean,
    usd decimal(38, 8),
    tokens bigint,
    requests bigint
);

-- Rows of which an atom is the sum, by version; rows without an atom are no persons'.
create table if not exists published_spend (
    atom_id varchar,
    version integer,
    source varchar,
    account varchar,
    day date,
    provider varchar,
    tool varchar,
    model varchar,
    basis varchar,
    charge varchar,
    actor varchar,
    is_estimate boolean,
    usd decimal(38, 8),
    tokens bigint,
    requests bigint
);
