-- One row per repository and time in which one CODEOWNERS file was in force, with its version: the
-- file in .github/ comes before that of the root, and that before docs/. Null while there is none.
with filled as (
    select repo, owners_path, valid_from, count(line) > 0 as has_rules
    from stg_owner_rules
    group by all
),

moments as (
    select distinct repo, valid_from as from_at
    from filled
),

candidates as (
    select
        moments.repo,
        moments.from_at,
        filled.owners_path,
        max(filled.valid_from) as valid_from,
        arg_max(filled.has_rules, filled.valid_from) as has_rules
    from moments
    inner join filled on filled.repo = moments.repo and filled.valid_from <= moments.from_at
    group by all
),

chosen as (
    select
        repo,
        from_at,
        arg_min(
            struct_pack(owners_path := owners_path, valid_from := valid_from),
            case owners_path
                when '.github/CODEOWNERS' then 1 when 'CODEOWNERS' then 2 else 3
            end
        ) filter (has_rules) as version
    from candidates
    group by repo, from_at
)

select
    repo,
    from_at,
    coalesce(lead(from_at) over (partition by repo order by from_at), timestamp 'infinity') as until_at,
    version.owners_path as owners_path,
    version.valid_from as valid_from
from chosen
