-- One row per document with an owner today: a person or a team, and what of it may be published.
-- A team has its name only if people.csv has at least k people in it, and a level only if at least
-- k people have it. A team is senior if at least half of its people with a level are.
with entries as (
    select
        owners.repo,
        owners.path as document,
        unnest(owners.owners) as entry,
        unnest(range(len(owners.owners))) as position
    from int_path_owners as owners
    inner join int_owner_versions as versions
        on
            versions.repo = owners.repo
            and versions.owners_path = owners.owners_path
            and versions.valid_from = owners.valid_from
            and versions.until_at = timestamp 'infinity'
    inner join int_documents as documents
        on documents.repo = owners.repo and documents.path = owners.path
),

teams as (
    select distinct people.team
    from int_published_people as people
    cross join input_settings as settings
    where people.team is not null and settings.as_of between people.from_on and people.to_on
),

levels as (
    select
        people.login,
        people.team,
        people.level,
        is_senior(people.level) as is_senior,
        count(*) over (partition by people.level) as people,
        count(*) over (partition by is_senior(people.level)) as alike
    from int_listed_people as people
    cross join input_settings as settings
    where
        people.level is not null
        and settings.as_of >= coalesce(people.from_on, date '0001-01-01')
        and settings.as_of <= coalesce(people.to_on, date '9999-12-31')
),

team_levels as (
    select levels.team, avg(levels.is_senior::integer) >= 0.5 as is_senior
    from levels
    cross join input_settings as settings
    where levels.team is not null
    group by levels.team
    having count(*) >= any_value(settings.small_group)
)

select
    entries.repo,
    entries.document,
    min_by(
        struct_pack(
            kind := if(contains(entries.entry, '/'), 'team', 'person'),
            name := coalesce(
                teams.team,
                if(
                    regexp_full_match(entries.entry, '@[^/@]+'),
                    shown_person(
                        substr(entries.entry, 2), settings.people, settings.pseudonym_key
                    ),
                    null
                )
            ),
            level := if(levels.people >= settings.small_group, levels.level, null),
            is_senior := coalesce(
                team_levels.is_senior,
                if(levels.alike >= settings.small_group, levels.is_senior, null)
            )
        ),
        (not contains(entries.entry, '/'), entries.position)
    ) as owner
from entries
cross join input_settings as settings
left join teams
    on
        regexp_extract(lower(entries.entry), '^@[^/]+/(.+)$', 1)
        = regexp_replace(lower(teams.team), '\W+', '-', 'g')
left join team_levels on team_levels.team = teams.team
left join levels on levels.login = lower(substr(entries.entry, 2))
group by entries.repo, entries.document
