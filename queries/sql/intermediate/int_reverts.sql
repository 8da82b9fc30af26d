-- One row per revert of a merged pull request: by a later pull request (`number`), or by a commit
-- pushed without one (null).
with phrases as (
    select
        repo,
        number,
        merged_at as happened_at,
        unnest(
            references_after(
                '\b(?:reverts|reverting|revert of|rolls back|rollback of|backs out|undoes)'
                || origin_words() || '|^\W*revert(?:-of|s-pr)?:\s+|\bbacked out (?:pr )?',
                body
            )
            || references_after(
                revert_heading() || origin_words() || '|\b(?:reverting|reverts|revert of) ', title
            )
            || if(
                regexp_matches(title, '(?i)' || revert_heading() || '(?:\W|$)'),
                references_after('(?m)^\W*' || revert_words() || origin_words(), body),
                []
            )
        ) as phrase
    from int_pull_requests
    where merged_at is not null
),

said as (
    select
        repo,
        number,
        happened_at,
        unnest(
            regexp_extract_all(phrase, '(?i)(?:(?:[\w.-]+/[\w.-]+)?(?:#|/pull/)|GH-)\d+')
        ) as reference
    from phrases
),

by_number as (
    select
        said.repo,
        said.number,
        said.happened_at,
        targets.repo as target_repo,
        targets.number as target_number
    from said
    inner join stg_repositories as here on here.repo = said.repo
    inner join stg_repositories as there
        on
            there.host = here.host
            and lower(there.name)
            = lower(
                coalesce(
                    nullif(regexp_extract(said.reference, '([\w.-]+/[\w.-]+)(?:#|/pull/)', 1), ''),
                    here.name
                )
            )
    inner join int_pull_requests as targets
        on
            targets.repo = there.repo
            and targets.number = regexp_extract(said.reference, '(\d+)$', 1)::bigint
),

messages as (
    select commits.repo, commits.number, pull_requests.merged_at as happened_at, commits.message
    from stg_commits as commits
    inner join int_pull_requests as pull_requests
        on pull_requests.repo = commits.repo and pull_requests.number = commits.number
    where pull_requests.merged_at is not null
    union all
    select repo, number, merged_at, title || chr(10) || body
    from int_pull_requests
    where merged_at is not null
    union all
    select history.repo, null, history.committed_at, history.message
    from stg_default_branch_commits as history
    anti join int_pull_request_commits as known
        on known.repo = history.repo and known.oid = history.oid
),

sha_phrases as (
    select
        repo,
        number,
        happened_at,
        unnest(regexp_extract_all(
            message,
            '(?im)(?:' || revert_heading() || '|\bthis (?:\w+ ){0,3}' || revert_words() || ')'
            || origin_words()
            || '(?:(?:https?://\S+/commit/|[\w.-]+/[\w.-]+@)?[0-9a-f]{7,40}\b[\s,&]*(?:and\s+)?(?:commit\s+)?)+'
        )) as phrase
    from messages
),

shas as (
    select
        repo,
        number,
        happened_at,
        lower(unnest(regexp_extract_all(phrase, '(?i)\b[0-9a-f]{7,40}\b'))) as sha
    from sha_phrases
    where not regexp_matches(phrase, '(?i)\bthis .*\b(?:partial(?:ly)?|not|never)\b')
),

by_sha as (
    select
        shas.repo,
        shas.number,
        shas.happened_at,
        known.repo as target_repo,
        known.number as target_number
    from shas
    inner join int_pull_request_commits as known
        on
            known.repo = shas.repo
            and left(known.oid, 7) = left(shas.sha, 7)
            and starts_with(known.oid, shas.sha)
),

-- "Revert "feat: search (#3)"", with or without quotation marks and the number; of several titles
-- each
headings as (
    select
        repo,
        number,
        happened_at,
        regexp_extract(
            replace(heading, '\"', '"'),
            '(?i)' || revert_heading() || ':?(?:\s+of)?\s+(.+?)(?:\s+\(patchset .*)?\s*$',
            1
        ) as quotation
    from (
        select repo, number, merged_at as happened_at, title as heading
        from int_pull_requests
        where merged_at is not null
        union all
        select repo, number, happened_at, regexp_extract(message, '^[^\n]*')
        from messages
        where number is null
    ) as titles
),

quotations as (
    select distinct
        repo,
        number,
        happened_at,
        regexp_matches(quotation, '^["“„«]') as is_quoted,
        unnest(
            if(
                regexp_matches(quotation, '^["“„«]'),
                regexp_split_to_array(
                    regexp_extract(quotation, '^["“„«](.+)["”“»]', 1),
                    '["”“»]\s*(?:,|&|\band\b)+\s*["“„«]'
                ),
                [quotation] || regexp_split_to_array(quotation, '(?:,|\s&|\sand)\s+')
            )
        ) as quotation
    from headings
    where quotation <> ''
),

titles as (
    select
        repo,
        number,
        happened_at,
        is_quoted,
        nullif(regexp_extract(quotation, '(?i)\((?:#|GH-)(\d+)\)$', 1), '')::bigint as quoted_number,
        lower(regexp_replace(
            quotation, '(?i)^[\s''‘`]+|[\s''’`]*(?:\((?:#|GH-)\d+\))?$', '', 'g'
        )) as quoted_title
    from quotations
),

-- the title of a change, with and without the prefix of its type
named as (
    select
        repo,
        number,
        merged_at,
        unnest(list_distinct([
            lower(trim(title)), regexp_replace(lower(trim(title)), '^[\w-]+(?:\([^)]*\))?!?: *', '')
        ])) as title
    from int_pull_requests
    where merged_at is not null
),

by_title as (
    select
        titles.repo,
        titles.number,
        titles.happened_at,
        targets.repo as target_repo,
        targets.number as target_number
    from titles
    inner join named as targets
        on
            targets.repo = titles.repo
            and targets.title = titles.quoted_title
            and targets.number = coalesce(titles.quoted_number, targets.number)
            and targets.merged_at < titles.happened_at
    qualify row_number() over (
        partition by titles.repo, titles.number, titles.happened_at, titles.quoted_title
        order by targets.merged_at desc, targets.number desc
    ) = 1
    union
    -- the number that a squashed commit ends with
    select titles.repo, titles.number, titles.happened_at, titles.repo, titles.quoted_number
    from titles
    where titles.quoted_number is not null and titles.is_quoted
),

references_made as (
    select * from by_number
    union
    select * from by_sha
),

-- a title alone may be that of several changes: it decides if nothing else does
found as (
    select * from references_made
    union
    select by_title.*
    from by_title
    anti join references_made
        on
            references_made.repo = by_title.repo
            and references_made.number is not distinct from by_title.number
            and references_made.happened_at = by_title.happened_at
),

claims as (
    select found.*
    from found
    inner join int_pull_requests as targets
        on targets.repo = found.target_repo and targets.number = found.target_number
    where
        targets.merged_at < found.happened_at
        and not (found.repo = targets.repo and found.number is not distinct from targets.number)
)

-- a rebase leaves a copy of the commit on the branch: the pull request that brought it is the one
-- that counts
select claims.*
from claims
where
    claims.number is not null
    or not exists (
        select 1
        from claims as others
        where
            others.number is not null
            and others.target_repo = claims.target_repo
            and others.target_number = claims.target_number
            and others.repo = claims.repo
    )
