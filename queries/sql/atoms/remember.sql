-- Keep what this snapshot publishes.
insert into remembered.published_snapshots
select snapshot_id, published_at from input_settings;

insert into remembered.published_atoms by name
select * from new_atoms;

delete from remembered.published_spend
where atom_id is null and day <= (select as_of from input_settings);

insert into remembered.published_spend by name
select
    atom_id, version, source, account, day, provider, tool, model, basis, charge, actor,
    is_estimate, usd, tokens, requests
from (
    from atom_rows
    union all by name
    from input_machine_spend
);

delete from remembered.published_people;
