-- One row per pull request that GitHub calls closed though its changes are on the default branch, as
-- of the cutoff: a bot or a person pushed them and closed it. `merge_rule` is the reason: a rule of
-- kind merged, the commit that closed it, the message of a commit that names it as its origin, or a
-- copy of its last commit.
with states as (
    select
        repo,
        number,
        arg_max(type, (happened_at, place)) as last_event,
        arg_max(happened_at, (happened_at, place)) as closed_at,
        arg_max(struct_pack(login := actor, kind := actor_type), (happened_at, place)) as closed_by,
        arg_max(struct_pack(oid := closer_oid), (happened_at, place)).oid as closer_oid
    from stg_events
    where tracker = 'pull request' and is_past and type in ('ClosedEvent', 'ReopenedEvent')
    group by repo, number
),

candidates as (
    select
        pull_requests.repo,
        pull_requests.number,
        pull_requests.opened_at,
        trim(regexp_replace(lower(pull_requests.title), '\W+', ' ', 'g')) as title,
        lower(trim(pull_requests.title)) as heading,
        states.closed_at,
        states.closed_by,
        states.closer_oid
    from stg_pull_requests as pull_requests
    inner join states on states.repo = pull_requests.repo and states.number = pull_requests.number
    where pull_requests.merged_at is null and states.last_event = 'ClosedEvent'
),

-- commits that name the pull request that they were made from
origins as (
    select
        repo,
        oid,
        committed_at,
        position,
        regexp_extract(message, '^[^\n]*\((?:#|GH-)(\d+)\)\s*(?:\n|$)', 1) as title_number,
        trim(regexp_replace(
            lower(regexp_extract(message, '^([^\n]*)\((?:#|GH-)\d+\)\s*(?:\n|$)', 1)), '\W+', ' ', 'g'
        )) as title,
        regexp_extract_all(
            message,
            '(?im)^(?:pull[ -]request(?:[ -](?:resolved|url))?|pr-url|github-(?:pull-request|pr)'
            || '|copybara_integrate_review|imported from github pr'
            || '|(?:github )?pr(?:-number)?:|reviewed-on:|pull-request:'
            || '|(?:closes|merges) +\S*(?:#|/pull/)\d+ +from'
            || '|\A(?:auto |rollup |squash(?:ed)? )?merge[sd]?(?: of| pr| pull request)? +\S*(?:#|/pull/)\d+)\b.*'
        ) as lines
    from stg_default_branch_commits
    where contains(message, '#') or contains(message, '/pull/') or contains(message, 'GH-')
),

named as (
    select repo, oid, committed_at, position, unnest(lines) as line
    from origins
),

sources as (
    select
        named.repo,
        named.oid,
        named.committed_at,
        named.position,
        regexp_extract(named.line, '(?:#|/pull/)(\d+)', 1)::bigint as number
    from named
    inner join stg_repositories as repositories on repositories.repo = named.repo
    where
        lower(coalesce(
            nullif(regexp_extract(named.line, '([\w.-]+/[\w.-]+)(?:#|/pull/)\d', 1), ''),
            repositories.name
        )) = lower(repositories.name)
),

-- the title and the last commit of a candidate; a push may copy either to the branch
headings as (
    select
        candidates.repo,
        candidates.number,
        commits.author,
        unnest(list_distinct([
            candidates.heading, lower(trim(split_part(commits.message, chr(10), 1)))
        ])) as heading
    from candidates
    inner join stg_commits as commits
        on commits.repo = candidates.repo and commits.number = candidates.number
    where commits.author is not null
    qualify commits.place = max(commits.place) over (partition by commits.repo, commits.number)
),

branch as (
    select
        repo,
        oid,
        position,
        committed_at,
        author,
        regexp_replace(
            lower(trim(split_part(message, chr(10), 1))), '\s*\((?:#|gh-)\d+\)$', ''
        ) as heading
    from stg_default_branch_commits
    where repo in (select headings.repo from headings)
),

copies as (
    select headings.number, branch.*
    from headings
    inner join branch
        on
            branch.repo = headings.repo
            and branch.author = headings.author
            and branch.heading = headings.heading
    where headings.heading like '_% _% _%'
),

-- what another pull request brought under the same heading
others as (
    select pull_requests.repo, lower(trim(pull_requests.title)) as heading
    from stg_pull_requests as pull_requests
    where pull_requests.merged_at is not null
    union all
    select commits.repo, lower(trim(split_part(commits.message, chr(10), 1)))
    from stg_commits as commits
    inner join stg_pull_requests as pull_requests
        on pull_requests.repo = commits.repo and pull_requests.number = commits.number
    where pull_requests.merged_at is not null
),

-- Gerrit gives a change an id, which its commits keep
changes as (
    select
        repo,
        number,
        regexp_extract(message, '(?m)^Change-Id: (I[0-9a-f]{8,64})$', 1) as change
    from stg_commits
    where contains(message, 'Change-Id: I')
),

rule_values as (
    select repo, number, 'label' as field, label as value from int_labels
    union all
    select repo, number, 'branch', head_branch from stg_pull_requests
    union all
    select repo, number, 'title', title from stg_pull_requests
),

landed as (
    select
        candidates.repo,
        candidates.number,
        sources.oid,
        sources.position,
        'commit message' as merge_rule
    from candidates
    inner join sources
        on sources.repo = candidates.repo and sources.number = candidates.number
    where sources.committed_at between candidates.opened_at and candidates.closed_at + interval 7 day
    union all
    select candidates.repo, candidates.number, origins.oid, origins.position, 'commit message'
    from candidates
    inner join origins
        on
            origins.repo = candidates.repo
            and origins.title_number = candidates.number::varchar
            and ends_with(candidates.title, origins.title)
            and origins.title <> ''
    where
        origins.committed_at between greatest(
            candidates.opened_at, candidates.closed_at - interval 1 day
        ) and candidates.closed_at + interval 1 day
    union all
    select candidates.repo, candidates.number, history.oid, history.position, 'commit message'
    from candidates
    inner join changes
        on changes.repo = candidates.repo and changes.number = candidates.number
    inner join stg_default_branch_commits as history
        on
            history.repo = changes.repo
            and contains(history.message, 'Change-Id: ' || changes.change)
            and changes.change <> ''
    where history.committed_at between candidates.opened_at and candidates.closed_at + interval 7 day
    union all
    select candidates.repo, candidates.number, history.oid, history.position, 'closing commit'
    from candidates
    inner join stg_default_branch_commits as history
        on history.repo = candidates.repo and history.oid = candidates.closer_oid
    -- a commit that names another pull request replaces this one, or tidies up
    anti join stg_pull_requests as merges
        on merges.repo = history.repo and merges.merge_commit = history.oid
    anti join stg_commits as branches
        on
            branches.repo = history.repo
            and branches.oid = history.oid
            and branches.number <> candidates.number
    left join origins on origins.repo = history.repo and origins.oid = history.oid
    where
        coalesce(nullif(origins.title_number, ''), candidates.number::varchar)
        = candidates.number::varchar
    qualify
        count(*) over (partition by candidates.repo, history.oid) = 1
        or origins.title_number = candidates.number::varchar
    union all
    -- a commit of the same author with the same heading, pushed as the pull request was closed
    select candidates.repo, candidates.number, copies.oid, copies.position, 'same commit'
    from candidates
    inner join copies
        on copies.repo = candidates.repo and copies.number = candidates.number
    anti join others on others.repo = copies.repo and others.heading = copies.heading
    left join origins on origins.repo = copies.repo and origins.oid = copies.oid
    where
        copies.committed_at between greatest(
            candidates.opened_at, candidates.closed_at - interval 1 day
        ) and candidates.closed_at + interval 1 day
        and coalesce(nullif(origins.title_number, ''), candidates.number::varchar)
        = candidates.number::varchar
    union all
    select rule_values.repo, rule_values.number, null, null, matches.rule
    from rule_values
    inner join int_rule_matches as matches
        on
            matches.kind = 'label_rules'
            and matches.field = rule_values.field
            and matches.value = rule_values.value
    where matches.meaning = 'merged'
)

select
    candidates.repo,
    candidates.number,
    candidates.closed_at as merged_at,
    candidates.closed_by.login as merged_by,
    candidates.closed_by.kind as merged_by_type,
    arg_max(landed.oid, landed.position) as merge_commit,
    min(landed.merge_rule) as merge_rule
from candidates
inner join landed on landed.repo = candidates.repo and landed.number = candidates.number
group by all
