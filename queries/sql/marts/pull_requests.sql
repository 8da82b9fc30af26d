-- Pull requests: one row each, as things stood at the cutoff (the end of `as_of`).
-- Grain: repo, number. Columns are stable unless marked experimental.
--
-- repo: owner/name, as it is named now.
-- number: GitHub's number within the repository.
-- title: the title, e-mail addresses masked.
-- url: address on GitHub.
-- author: login or pseudonym of the opener; null unless people are published, and for deleted
--     accounts.
-- author_kind: human, bot or agent; null for a deleted account.
-- responsible: login or pseudonym of the human who answers for it; null unless people are
--     published.
-- responsible_rule: author, assigner, assignee, co-author or merger; null where nobody was found.
-- role: role of the responsible person on the day it was opened, from people.csv. Only where team
--     and role together have at least k people on each day until it was closed.
-- is_engineering_role: a rule of kind engineering matches the role; also for roles that are too
--     small to be named, if together they have k people.
-- team: team of the responsible person on the day it was opened, from people.csv. Only where at
--     least k of its people have the row's role, or a role that is not named, until it was closed.
-- author_association: GitHub's word for the author's relation to the repository, as of the last
--     reading.
-- work_type: of the first rule that matches, else unclassified.
-- work_type_rule: the rule that gave the work type; null where none matched.
-- work_type_reason: where the rule matched and what, such as: title begins with "fix"; null where
--     none matched.
-- work_category: dependencies, docs, routine tests, boilerplate, migration, basic debugging,
--     debugging, design work or product work, by the first rule that matches; unclassified without
--     known files.
-- work_category_rule: the rule that gave the category; null for product work without a rule.
-- work_category_reason: what the rule matched, such as: work type fix, 12 lines of source.
-- authorship: agent, assisted or no signal; no signal does not mean human.
-- authorship_rule: the rule that decided the authorship.
-- ai_tool: the tool of that rule.
-- state: open, merged or closed (unmerged).
-- base_branch: branch it is meant for.
-- is_default_base: whether that is the default branch, or the default branch contains the merge (as
--     after a renaming).
-- is_draft: a draft.
-- was_draft: opened as a draft, or turned into one.
-- opened_at: when it was opened, UTC.
-- started_at: the earlier of first commit and opened; opened where the first commit is over 90 days
--     older. UTC.
-- start_rule: first commit, opened, or first commit too old; null if its commits are unread.
-- ready_at: opened, if not opened as a draft, else first ready for review; null while never ready.
--     UTC.
-- first_commit_at: earliest author date among its commits, UTC.
-- first_response_at: first comment or review by a human neither author nor responsible, until
--     merged or closed. UTC.
-- first_review_at: first submitted review by such a human, UTC.
-- first_approval_at: first approval by such a human, UTC.
-- merged_at: when it was merged, UTC.
-- closed_at: when it was merged or last closed, UTC; null while open.
-- reopened_count: how often it was reopened.
-- merged_by_kind: human, bot or agent.
-- merge_rule: where GitHub calls it closed, but its changes are on the default branch, the reason:
--     closing commit, commit message, same commit, or a rule of kind merged; else null.
-- released_at: first release that contains the merge, by the order of commits; null where it
--     is the first recorded one, so that an earlier one is possible. UTC.
-- deployed_at: first successful production deployment that contains the merge, by the order of
--     commits; null where it is the first recorded one. UTC.
-- coding_hours: start to r, the later of start and ready; hours.
-- pickup_hours: r to the first response (never before r); hours, null without a response.
-- review_hours: first response (never before r) to merged; hours.
-- cycle_hours: start to merged; hours. Coding, pickup and review add up to it.
-- lead_hours: start to the first release or production deployment; hours. Null if the earlier of both
--     is the first recorded one of its kind.
-- had_early_feedback: a response came before it was ready.
-- additions: lines added, as GitHub counts.
-- deletions: lines deleted, as GitHub counts.
-- changed_files: files changed.
-- size_band: by lines added and deleted: XS to 10, S to 50, M to 250, L to 1000, XL.
-- is_merged_unreviewed: merged without an independent human review; null unless merged.
-- is_independently_reviewed: a human neither author nor responsible submitted a review before the
--     end.
-- reviewer_count: humans neither author nor responsible who submitted a review before the end.
-- is_revert: work type revert, or it reverts a change.
-- reverted_at: when it was reverted first, UTC.
-- durability: durable, undone, provisional or not observable; null unless merged into the default
--     branch.
-- milestone: title of its milestone, as of the last reading, e-mail addresses masked.
-- labels: names of its labels, sorted.
-- unread_lists: lists that GitHub did not return, such as reviews or timeline: columns that depend
--     on them are null; null if every list was read.
with labels as (
    select repo, number, list(label order by label) as labels
    from int_labels
    group by repo, number
),

unread as (
    select
        repo,
        number,
        lists,
        list_contains(lists, 'reviews') as reviews,
        list_has_any(lists, ['reviews', 'comments']) as replies,
        list_contains(lists, 'timeline') as timeline,
        list_contains(lists, 'labels') as labels
    from stg_unread_lists
    where tracker = 'pull request'
),

reverting as (
    select distinct repo, number
    from int_reverts
),

moments as (
    select
        stages.repo,
        stages.number,
        if(
            stages.ready_at is null,
            null,
            least(greatest(stages.started_at, stages.ready_at), stages.merged_at)
        ) as review_asked_at,
        if(unread.replies, null, responses.first_response_at) as first_response_at,
        responses.first_review_at,
        responses.first_approval_at,
        if(unread.reviews, null, coalesce(responses.reviewers, 0)) as reviewers,
        if(
            unread.replies or unread.timeline, null, coalesce(responses.had_early_feedback, false)
        ) as had_early_feedback,
        if(unread.reviews, null, responses.first_review_at is null) as is_unreviewed,
        unread.labels as has_unread_labels,
        unread.lists as unread_lists
    from int_stages as stages
    left join unread on unread.repo = stages.repo and unread.number = stages.number
    left join int_responses as responses
        on
            responses.repo = stages.repo
            and responses.number = stages.number
),

clamped as (
    select
        repo,
        number,
        greatest(first_response_at, review_asked_at) as answered_at
    from moments
    where review_asked_at is not null and first_response_at is not null
)

select
    found.repo,
    found.number,
    found.title,
    found.url,
    shown_person(found.author, settings.people, settings.pseudonym_key) as author,
    responsible.author_kind,
    shown_person(responsible.responsible, settings.people, settings.pseudonym_key) as responsible,
    responsible.responsible_rule,
    groups.role,
    groups.is_engineering_role,
    groups.team,
    found.author_association,
    work_types.work_type,
    work_types.work_type_rule,
    work_types.work_type_reason,
    categories.work_category,
    categories.work_category_rule,
    nullif(categories.work_category_reason, '') as work_category_reason,
    authorship.authorship,
    authorship.authorship_rule,
    authorship.ai_tool,
    stages.state,
    found.base_branch,
    durability.is_default_base,
    stages.is_draft,
    stages.was_draft,
    stages.opened_at,
    stages.started_at,
    stages.start_rule,
    stages.ready_at,
    stages.first_commit_at,
    moments.first_response_at,
    moments.first_review_at,
    moments.first_approval_at,
    stages.merged_at,
    stages.closed_at,
    stages.reopened_count::integer as reopened_count,
    responsible.merged_by_kind,
    found.merge_rule,
    deliveries.released_at,
    deliveries.deployed_at,
    hours(stages.started_at, moments.review_asked_at) as coding_hours,
    hours(moments.review_asked_at, clamped.answered_at) as pickup_hours,
    hours(clamped.answered_at, stages.merged_at) as review_hours,
    hours(stages.started_at, stages.merged_at) as cycle_hours,
    hours(stages.started_at, deliveries.shipped_at) as lead_hours,
    moments.had_early_feedback,
    found.additions,
    found.deletions,
    found.changed_files,
    case
        when found.additions + found.deletions <= 10 then 'XS'
        when found.additions + found.deletions <= 50 then 'S'
        when found.additions + found.deletions <= 250 then 'M'
        when found.additions + found.deletions <= 1000 then 'L'
        when found.additions + found.deletions > 1000 then 'XL'
    end as size_band,
    if(stages.state = 'merged', moments.is_unreviewed, null) as is_merged_unreviewed,
    not moments.is_unreviewed as is_independently_reviewed,
    moments.reviewers::integer as reviewer_count,
    work_types.work_type = 'revert' or reverting.number is not null as is_revert,
    durability.reverted_at,
    durability.durability,
    found.milestone,
    if(moments.has_unread_labels, null, coalesce(labels.labels, [])) as labels,
    moments.unread_lists
from int_pull_requests as found
cross join input_settings as settings
inner join int_stages as stages on stages.repo = found.repo and stages.number = found.number
inner join moments on moments.repo = found.repo and moments.number = found.number
left join clamped on clamped.repo = found.repo and clamped.number = found.number
inner join int_responsible as responsible
    on
        responsible.repo = found.repo
        and responsible.number = found.number
inner join int_work_types as work_types
    on
        work_types.repo = found.repo
        and work_types.number = found.number
inner join int_work_categories as categories
    on
        categories.repo = found.repo
        and categories.number = found.number
inner join int_authorship as authorship
    on
        authorship.repo = found.repo
        and authorship.number = found.number
inner join int_durability as durability
    on
        durability.repo = found.repo
        and durability.number = found.number
left join int_deliveries as deliveries
    on
        deliveries.repo = found.repo
        and deliveries.number = found.number
left join labels on labels.repo = found.repo and labels.number = found.number
left join reverting on reverting.repo = found.repo and reverting.number = found.number
left join int_pull_request_groups as groups
    on
        groups.repo = found.repo
        and groups.number = found.number
order by found.repo, found.number
