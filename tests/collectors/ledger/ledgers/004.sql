-- A ledger as Headway wrote it after migration 004, with rows in every table. It never changes, as that Headway does not.

create table github_commits (
    host varchar,
    repo_id bigint,
    oid varchar,
    position bigint,
    node json
);
insert into github_commits values
    ('github.com', 101, '10001ff0a04afe0f68a61709cc40b4897ce444d5', 2, '{"oid":"10001ff0a04afe0f68a61709cc40b4897ce444d5","committedDate":"2026-01-07T08:00:00Z","message":"feat: pay by card (#1)"}'),
    ('github.com', 101, '1000000b27585828a675f5acfef052dd1a8cf0c6', 1, '{"oid":"1000000b27585828a675f5acfef052dd1a8cf0c6","committedDate":"2026-01-01T09:00:00Z","message":"First"}');

create table github_counts (
    host varchar,
    repo_id bigint,
    kind varchar,
    month date,
    at_github bigint,
    counted_until date,
    counted_at timestamp
);
insert into github_counts values
    ('github.com', 101, 'pull_request', '2026-01-01', 3, '2026-01-31', '2026-02-01 06:00:00'),
    ('github.com', 101, 'issue', '2026-01-01', 3, '2026-01-31', '2026-02-01 06:00:00');

create table github_deployments (
    host varchar,
    repo_id bigint,
    node_id varchar,
    fetched_at timestamp,
    node json
);
insert into github_deployments values
    ('github.com', 101, 'DE_kwDONwOUfNCDiDm7tIRY', '2026-02-01 06:00:00', '{"id":"DE_kwDONwOUfNCDiDm7tIRY","databaseId":10100,"environment":"production","task":"deploy","ref":null,"commitOid":"1000000b27585828a675f5acfef052dd1a8cf0c6","creator":{"__typename":"Bot","login":"github-actions"},"createdAt":"2026-01-02T08:00:00Z","updatedAt":"2026-01-02T09:00:00Z","state":"ACTIVE","statuses":{"nodes":[{"state":"SUCCESS","createdAt":"2026-01-02T09:00:00Z"}]}}');

create table github_discussions (
    host varchar,
    repo_id bigint,
    number integer,
    node_id varchar,
    updated_at timestamp,
    fetched_at timestamp,
    node json,
    gone_at timestamp
);
insert into github_discussions values
    ('github.com', 101, 7, 'D_kwDO-yYQuVUTH8aRQJZz', '2026-01-05 10:00:00', '2026-02-01 06:00:00', '{"id":"D_kwDO-yYQuVUTH8aRQJZz","number":7,"title":"How to pay?","url":"https://github.com/acme/shop/discussions/7","createdAt":"2026-01-05T08:00:00Z","updatedAt":"2026-01-05T10:00:00Z","closed":false,"closedAt":null,"stateReason":null,"authorAssociation":"NONE","author":{"__typename":"User","login":"zoe"},"category":{"name":"Q&A","isAnswerable":true},"answerChosenAt":null,"answerChosenBy":null,"answer":null,"labels":[],"comments":[{"createdAt":"2026-01-05T10:00:00Z","authorAssociation":"OWNER","author":{"__typename":"User","login":"ada"},"replies":[]}]}', null),
    ('github.com', 101, 10, 'D_kwDO-yYQuVUTH8aRQJZz_deleted', '2026-01-05 10:00:00', '2026-02-01 06:00:00', '{"title":"How to pay?","url":"https://github.com/acme/shop/discussions/7","createdAt":"2026-01-05T08:00:00Z","updatedAt":"2026-01-05T10:00:00Z","closed":false,"closedAt":null,"stateReason":null,"authorAssociation":"NONE","author":{"__typename":"User","login":"zoe"},"category":{"name":"Q&A","isAnswerable":true},"answerChosenAt":null,"answerChosenBy":null,"answer":null,"labels":[],"comments":[{"createdAt":"2026-01-05T10:00:00Z","authorAssociation":"OWNER","author":{"__typename":"User","login":"ada"},"replies":[]}],"number":10,"id":"D_kwDO-yYQuVUTH8aRQJZz_deleted"}', '2026-02-01 06:00:00');

create table github_issues (
    host varchar,
    repo_id bigint,
    number integer,
    node_id varchar,
    updated_at timestamp,
    fetched_at timestamp,
    node json,
    details_version integer,
    gone_at timestamp
);
insert into github_issues values
    ('github.com', 101, 5, 'I_kwDOA1_RjCmxzjFjAbiP', '2026-01-04 08:00:00', '2026-02-01 06:00:00', '{"__typename":"Issue","id":"I_kwDOA1_RjCmxzjFjAbiP","number":5,"title":"Totals are hard to read","body":"","url":"https://github.com/acme/shop/issues/5","stateReason":null,"createdAt":"2026-01-04T08:00:00Z","updatedAt":"2026-01-04T08:00:00Z","closedAt":null,"authorAssociation":"NONE","author":{"__typename":"User","login":"zoe"},"milestone":null,"labels":[{"name":"ux debt"}],"assignees":[],"comments":[],"closedByPullRequestsReferences":[],"timelineItems":[{"__typename":"LabeledEvent","createdAt":"2026-01-04T08:00:00Z","actor":{"__typename":"User","login":"zoe"},"label":{"name":"ux debt"}}],"state":"OPEN"}', 2, null),
    ('github.com', 101, 4, 'I_kwDOGE7N9Y5mTxJPhyyE', '2026-01-07 08:00:00', '2026-02-01 06:00:00', '{"__typename":"Issue","id":"I_kwDOGE7N9Y5mTxJPhyyE","number":4,"title":"Cards are refused","body":"","url":"https://github.com/acme/shop/issues/4","stateReason":"COMPLETED","createdAt":"2026-01-03T08:00:00Z","updatedAt":"2026-01-07T08:00:00Z","closedAt":"2026-01-07T08:00:00Z","authorAssociation":"NONE","author":{"__typename":"User","login":"zoe"},"milestone":null,"labels":[{"name":"bug"}],"assignees":[],"comments":[],"closedByPullRequestsReferences":[{"number":1,"repository":{"databaseId":101}}],"timelineItems":[{"__typename":"LabeledEvent","createdAt":"2026-01-03T08:00:00Z","actor":{"__typename":"User","login":"zoe"},"label":{"name":"bug"}},{"__typename":"ClosedEvent","createdAt":"2026-01-07T08:00:00Z","actor":{"__typename":"User","login":"ada"},"stateReason":"COMPLETED","closer":null}],"state":"CLOSED"}', 2, null),
    ('github.com', 101, 9, 'I_kwDOGE7N9Y5mTxJPhyyE_deleted', '2026-01-07 08:00:00', '2026-02-01 06:00:00', '{"__typename":"Issue","title":"Cards are refused","body":"","url":"https://github.com/acme/shop/issues/4","stateReason":"COMPLETED","createdAt":"2026-01-03T08:00:00Z","updatedAt":"2026-01-07T08:00:00Z","closedAt":"2026-01-07T08:00:00Z","authorAssociation":"NONE","author":{"__typename":"User","login":"zoe"},"milestone":null,"labels":[{"name":"bug"}],"assignees":[],"comments":[],"closedByPullRequestsReferences":[{"number":1,"repository":{"databaseId":101}}],"timelineItems":[{"__typename":"LabeledEvent","createdAt":"2026-01-03T08:00:00Z","actor":{"__typename":"User","login":"zoe"},"label":{"name":"bug"}},{"__typename":"ClosedEvent","createdAt":"2026-01-07T08:00:00Z","actor":{"__typename":"User","login":"ada"},"stateReason":"COMPLETED","closer":null}],"state":"CLOSED","number":9,"id":"I_kwDOGE7N9Y5mTxJPhyyE_deleted"}', 2, '2026-02-01 06:00:00');

create table github_milestones (
    host varchar,
    repo_id bigint,
    node_id varchar,
    fetched_at timestamp,
    node json
);
insert into github_milestones values
    ('github.com', 101, 'MI_kwDO2P11TkCFvAJ8G0pV', '2026-02-01 06:00:00', '{"id":"MI_kwDO2P11TkCFvAJ8G0pV","number":1,"title":"Spring","url":"https://github.com/acme/shop/milestone/1","state":"OPEN","dueOn":"2026-03-01T00:00:00Z","createdAt":"2026-01-02T08:00:00Z","updatedAt":"2026-01-02T08:00:00Z","closedAt":null}');

create table github_names (
    host varchar,
    node_id varchar,
    kind varchar,
    name varchar,
    seen_at timestamp
);
insert into github_names values
    ('github.com', 'U_ada', 'account', 'ada', '2026-02-01 06:00:00'),
    ('github.com', 'U_bob', 'account', 'bob', '2026-02-01 06:00:00'),
    ('github.com', 'LA_one', 'label', 'bug', '2026-02-01 06:00:00'),
    ('github.com', 'LA_two', 'label', '', '2026-02-01 06:00:00');

create table github_pull_requests (
    host varchar,
    repo_id bigint,
    number integer,
    node_id varchar,
    updated_at timestamp,
    details_version integer,
    fetched_at timestamp,
    node json,
    gone_at timestamp
);
insert into github_pull_requests values
    ('github.com', 101, 1, 'PR_kwDO1pECYnGCwE-vf-FP', '2026-01-07 08:00:00', 2, '2026-02-01 06:00:00', '{"__typename":"PullRequest","id":"PR_kwDO1pECYnGCwE-vf-FP","number":1,"title":"feat: pay by card","body":"","url":"https://github.com/acme/shop/pull/1","state":"MERGED","isDraft":false,"createdAt":"2026-01-06T08:00:00Z","updatedAt":"2026-01-07T08:00:00Z","closedAt":"2026-01-07T08:00:00Z","mergedAt":"2026-01-07T08:00:00Z","authorAssociation":"MEMBER","author":{"__typename":"User","login":"ada"},"mergedBy":{"__typename":"User","login":"ada"},"baseRefName":"main","headRefName":"ada-1","isCrossRepository":false,"additions":40,"deletions":2,"changedFiles":1,"mergeCommit":{"oid":"10001ff0a04afe0f68a61709cc40b4897ce444d5"},"milestone":null,"labels":[],"assignees":[],"comments":[],"closingIssuesReferences":[{"number":4,"title":"Cards are refused","repository":{"databaseId":101,"nameWithOwner":"acme/shop"},"labels":{"nodes":[{"name":"bug"}]}}],"commits":[{"commit":{"oid":"10001009ef94636343288345e2bc785cd935011c","message":"feat: pay by card","authoredDate":"2026-01-06T07:00:00Z","committedDate":"2026-01-06T07:00:00Z","author":{"name":"ada","email":"ada@acme.example","user":{"__typename":"User","login":"ada"}},"committer":{"name":"ada","email":"ada@acme.example","user":{"__typename":"User","login":"ada"}}}}],"files":[{"path":"src/pay/card.py","additions":40,"deletions":2,"changeType":"MODIFIED"}],"reviews":[{"state":"APPROVED","submittedAt":"2026-01-06T09:00:00Z","authorAssociation":"MEMBER","author":{"__typename":"User","login":"bob"}}],"timelineItems":[{"__typename":"MergedEvent","createdAt":"2026-01-07T08:00:00Z","actor":{"__typename":"User","login":"ada"}},{"__typename":"ClosedEvent","createdAt":"2026-01-07T08:00:00Z","actor":{"__typename":"User","login":"ada"}}]}', null),
    ('github.com', 101, 2, 'PR_kwDORzo9Lv_RETnzldlO', '2026-01-08 08:00:00', 2, '2026-02-01 06:00:00', '{"__typename":"PullRequest","id":"PR_kwDORzo9Lv_RETnzldlO","number":2,"title":"fix: rounding of it''s total","body":"","url":"https://github.com/acme/shop/pull/2","state":"OPEN","isDraft":false,"createdAt":"2026-01-08T08:00:00Z","updatedAt":"2026-01-08T08:00:00Z","closedAt":null,"mergedAt":null,"authorAssociation":"MEMBER","author":{"__typename":"User","login":"bob"},"mergedBy":null,"baseRefName":"main","headRefName":"bob-2","isCrossRepository":false,"additions":3,"deletions":1,"changedFiles":1,"mergeCommit":null,"milestone":null,"labels":[],"assignees":[],"comments":[],"closingIssuesReferences":[],"commits":[{"commit":{"oid":"1000200179e0d022d96dd6e735e4b738ed65801b","message":"fix: rounding of it''s total","authoredDate":"2026-01-08T07:00:00Z","committedDate":"2026-01-08T07:00:00Z","author":{"name":"bob","email":"bob@acme.example","user":{"__typename":"User","login":"bob"}},"committer":{"name":"bob","email":"bob@acme.example","user":{"__typename":"User","login":"bob"}}}}],"files":[{"path":"src/pay/total.py","additions":3,"deletions":1,"changeType":"MODIFIED"}],"reviews":[],"timelineItems":[]}', null),
    ('github.com', 101, 3, 'PR_kwDOKoi-pyeT1HikPfdl', '2026-01-10 08:00:00', 2, '2026-02-01 06:00:00', '{"__typename":"PullRequest","id":"PR_kwDOKoi-pyeT1HikPfdl","number":3,"title":"Try another colour","body":"","url":"https://github.com/acme/shop/pull/3","state":"CLOSED","isDraft":false,"createdAt":"2026-01-09T08:00:00Z","updatedAt":"2026-01-10T08:00:00Z","closedAt":"2026-01-10T08:00:00Z","mergedAt":null,"authorAssociation":"MEMBER","author":{"__typename":"User","login":"zoe"},"mergedBy":null,"baseRefName":"main","headRefName":"zoe-3","isCrossRepository":false,"additions":1,"deletions":1,"changedFiles":1,"mergeCommit":null,"milestone":null,"labels":[],"assignees":[],"comments":[],"closingIssuesReferences":[],"commits":[{"commit":{"oid":"100030000d12dfa063beab47923f18a948f9b398","message":"Try another colour","authoredDate":"2026-01-09T07:00:00Z","committedDate":"2026-01-09T07:00:00Z","author":{"name":"zoe","email":"zoe@acme.example","user":{"__typename":"User","login":"zoe"}},"committer":{"name":"zoe","email":"zoe@acme.example","user":{"__typename":"User","login":"zoe"}}}}],"files":[{"path":"web/style.css","additions":1,"deletions":1,"changeType":"MODIFIED"}],"reviews":[],"timelineItems":[{"__typename":"ClosedEvent","createdAt":"2026-01-10T08:00:00Z","actor":{"__typename":"User","login":"ada"}}]}', null),
    ('github.com', 101, 8, 'PR_kwDOKoi-pyeT1HikPfdl_deleted', '2026-01-10 08:00:00', 2, '2026-02-01 06:00:00', '{"__typename":"PullRequest","title":"Try another colour","body":"","url":"https://github.com/acme/shop/pull/3","state":"CLOSED","isDraft":false,"createdAt":"2026-01-09T08:00:00Z","updatedAt":"2026-01-10T08:00:00Z","closedAt":"2026-01-10T08:00:00Z","mergedAt":null,"authorAssociation":"MEMBER","author":{"__typename":"User","login":"zoe"},"mergedBy":null,"baseRefName":"main","headRefName":"zoe-3","isCrossRepository":false,"additions":1,"deletions":1,"changedFiles":1,"mergeCommit":null,"milestone":null,"labels":[],"assignees":[],"comments":[],"closingIssuesReferences":[],"commits":[{"commit":{"oid":"100030000d12dfa063beab47923f18a948f9b398","message":"Try another colour","authoredDate":"2026-01-09T07:00:00Z","committedDate":"2026-01-09T07:00:00Z","author":{"name":"zoe","email":"zoe@acme.example","user":{"__typename":"User","login":"zoe"}},"committer":{"name":"zoe","email":"zoe@acme.example","user":{"__typename":"User","login":"zoe"}}}}],"files":[{"path":"web/style.css","additions":1,"deletions":1,"changeType":"MODIFIED"}],"reviews":[],"timelineItems":[{"__typename":"ClosedEvent","createdAt":"2026-01-10T08:00:00Z","actor":{"__typename":"User","login":"ada"}}],"number":8,"id":"PR_kwDOKoi-pyeT1HikPfdl_deleted"}', '2026-02-01 06:00:00');

create table github_queue (
    host varchar,
    repo_id bigint,
    number integer,
    node_id varchar,
    updated_at timestamp,
    queued_at timestamp,
    attempts integer,
    reason varchar
);
insert into github_queue values
    ('github.com', 101, 6, 'PR_six', '2026-01-11 08:00:00', '2026-01-11 09:00:00', 2, 'no answer');

create table github_releases (
    host varchar,
    repo_id bigint,
    node_id varchar,
    fetched_at timestamp,
    node json
);
insert into github_releases values
    ('github.com', 101, 'RE_kwDOwXJmJi_kNiMxiREy', '2026-02-01 06:00:00', '{"id":"RE_kwDOwXJmJi_kNiMxiREy","tagName":"v1.0","name":"1.0","url":"https://github.com/acme/shop/releases/tag/v1.0","isDraft":false,"isPrerelease":false,"createdAt":"2026-01-02T08:00:00Z","publishedAt":"2026-01-02T09:00:00Z","updatedAt":"2026-01-02T09:00:00Z","tagCommit":{"oid":"1000000b27585828a675f5acfef052dd1a8cf0c6"}}');

create table github_repositories (
    host varchar,
    repo_id bigint,
    repo varchar,
    asked_as varchar,
    node json,
    fetched_at timestamp,
    observed_until timestamp,
    gone_at timestamp
);
insert into github_repositories values
    ('github.com', 101, 'acme/shop', 'acme/shop', '{"databaseId":101,"nameWithOwner":"acme/shop","url":"https://github.com/acme/shop","createdAt":"2026-01-01T08:00:00Z","isArchived":false,"isFork":false,"isPrivate":false,"primaryLanguage":null,"repositoryTopics":{"nodes":[]},"defaultBranchRef":{"name":"main","target":{"oid":"10001ff0a04afe0f68a61709cc40b4897ce444d5"}},"issues":{"totalCount":2,"nodes":[{"updatedAt":"2026-01-07T08:00:00Z"}]},"pullRequests":{"totalCount":3,"nodes":[{"updatedAt":"2026-01-10T08:00:00Z"}]},"milestones":{"totalCount":1,"nodes":[{"updatedAt":"2026-01-02T08:00:00Z"}]},"releases":{"totalCount":1,"nodes":[{"id":"RE_kwDOwXJmJi_kNiMxiREy","updatedAt":"2026-01-02T09:00:00Z"}]},"deployments":{"totalCount":1,"nodes":[{"id":"DE_kwDONwOUfNCDiDm7tIRY","updatedAt":"2026-01-02T09:00:00Z"}]},"discussions":{"totalCount":1,"nodes":[{"updatedAt":"2026-01-05T10:00:00Z"}]}}', '2026-02-01 06:00:00', '2026-02-01 06:00:00', null);

create table imported_experiments (
    import_id varchar,
    line integer,
    key varchar,
    title varchar,
    url varchar,
    repo varchar,
    started_at timestamp,
    shipped_at timestamp,
    decided_at timestamp,
    decision varchar,
    updated_at timestamp
);
insert into imported_experiments values
    ('9e0d41bbaf900a6452a7859546e3b5cc0cac780caa072482f354484faa9a13fd', 2, 'E-1', 'Free shipping banner', 'https://github.com/acme/shop/issues/9', 'acme/shop', '2026-08-01 00:00:00', '2026-08-05 14:00:00', '2026-09-01 00:00:00', 'kept', null),
    ('9e0d41bbaf900a6452a7859546e3b5cc0cac780caa072482f354484faa9a13fd', 3, 'E-2', 'Two-step checkout', null, null, '2026-08-10 00:00:00', null, null, null, null);

create table imported_incidents (
    import_id varchar,
    line integer,
    key varchar,
    title varchar,
    url varchar,
    service varchar,
    severity varchar,
    opened_at timestamp,
    resolved_at timestamp,
    caused_by varchar,
    updated_at timestamp
);
insert into imported_incidents values
    ('d9dac7bfd0df0754181aaf885c321b0cf9098f3f8e9c4c4c2d773129198bee13', 2, 'INC-1', 'Checkout is down', 'https://status.example/1', 'Shop', 'sev-1', '2026-09-10 10:00:00', '2026-09-10 11:30:00', 'acme/shop#41', '2026-09-11 08:00:00'),
    ('d9dac7bfd0df0754181aaf885c321b0cf9098f3f8e9c4c4c2d773129198bee13', 3, 'INC-2', 'Mails are late', null, 'Mail', 'sev-3', '2026-09-12 09:00:00', null, null, null);

create table imported_items (
    import_id varchar,
    line integer,
    key varchar,
    project varchar,
    number integer,
    title varchar,
    url varchar,
    type varchar,
    status varchar,
    labels varchar[],
    resolution varchar,
    author_kind varchar,
    opened_at timestamp,
    first_response_at timestamp,
    closed_at timestamp,
    updated_at timestamp
);
insert into imported_items values
    ('410a70513f3682a67bafc8f87c76b19bd1d347b9fadf9226797b440343d0bc66', 2, 'HELP-1', 'HELP', 1, 'Cannot export', 'https://desk.example/HELP-1', 'Question', 'solved', ['feedback', 'export'], 'completed', 'outside', '2026-09-01 08:00:00', '2026-09-01 10:30:00', '2026-09-03 00:00:00', null),
    ('410a70513f3682a67bafc8f87c76b19bd1d347b9fadf9226797b440343d0bc66', 3, 'HELP-2', 'HELP', 2, 'Invoice is wrong', null, 'Question', 'closed', ['feedback'], 'not planned', 'outside', '2026-09-02 08:00:00', null, '2026-09-02 09:00:00', null);

create table imports (
    import_id varchar,
    kind varchar,
    source varchar,
    account varchar,
    file varchar,
    exported_at timestamp,
    loaded_at timestamp,
    rows_read bigint
);
insert into imports values
    ('410a70513f3682a67bafc8f87c76b19bd1d347b9fadf9226797b440343d0bc66', 'items', 'generic', '', 'items.csv', '2026-01-12 00:00:00', '2026-02-01 06:00:00', 2),
    ('d9dac7bfd0df0754181aaf885c321b0cf9098f3f8e9c4c4c2d773129198bee13', 'incidents', 'generic', '', 'incidents.csv', '2026-01-12 00:00:00', '2026-02-01 06:00:00', 2),
    ('9e0d41bbaf900a6452a7859546e3b5cc0cac780caa072482f354484faa9a13fd', 'experiments', 'generic', '', 'experiments.csv', '2026-01-12 00:00:00', '2026-02-01 06:00:00', 2),
    ('195ccebc07fc5dd260631faac33e7551b3518561e69ea9bd42ab15464bd1a1b9', 'spend', 'generic', '', 'costs.csv', '2026-01-12 00:00:00', '2026-02-01 06:00:00', 2);

create table keepsakes (
    name varchar,
    value varchar
);
insert into keepsakes values
    ('pseudonyms', '5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e');

create table loads (
    load_id varchar,
    source varchar,
    scope varchar,
    started_at timestamp,
    finished_at timestamp,
    status varchar,
    rows_read bigint,
    requests bigint,
    message varchar
);
insert into loads values
    ('load-1', 'github', 'acme/shop', '2026-02-01 06:00:00', '2026-02-01 06:00:00', 'read', 11, 3, null),
    ('load-2', 'people', 'people.csv', '2026-02-01 06:00:00', '2026-02-01 06:00:00', 'read', 2, 0, null);

create table migrations (
    number integer,
    applied_at timestamp,
    headway_version varchar
);
insert into migrations values
    (1, '2026-02-01 06:00:00', '0.1.0'),
    (2, '2026-02-01 06:00:00', '0.1.0'),
    (3, '2026-02-01 06:00:00', '0.1.0'),
    (4, '2026-02-01 06:00:00', '0.1.0');

create table people (
    login varchar,
    email varchar,
    team varchar,
    role varchar,
    level varchar,
    from_on date,
    to_on date
);
insert into people values
    ('ada', null, 'Payments', null, null, null, null),
    ('bob', null, 'Payments', null, null, null, null);

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
insert into spend_partitions values
    ('aafe35a200c6d066', 'generic anthropic', '', '2026-01-05', '195ccebc07fc5dd260631faac33e7551b3518561e69ea9bd42ab15464bd1a1b9', '2026-01-12 00:00:00', '2026-02-01 06:00:00', false),
    ('42a65307f9999baa', 'generic openai', '', '2026-01-06', '195ccebc07fc5dd260631faac33e7551b3518561e69ea9bd42ab15464bd1a1b9', '2026-01-12 00:00:00', '2026-02-01 06:00:00', false);

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
    amount decimal(18,8),
    list_amount decimal(18,8),
    currency varchar,
    basis varchar,
    is_estimate boolean,
    charge varchar
);
insert into spend_rows values
    ('aafe35a200c6d066', 1, 'anthropic', 'api', 'claude-x', 'user', 'ada@acme.example', null, null, null, null, 12.34567891, null, 'USD', 'invoice', false, 'usage'),
    ('42a65307f9999baa', 1, 'openai', 'api', 'gpt-x', null, null, null, null, null, null, 0.50000000, null, 'USD', 'invoice', false, 'usage');

create table watermarks (
    source varchar,
    scope varchar,
    name varchar,
    value json,
    updated_at timestamp
);
insert into watermarks values
    ('github', 'github.com/101', 'feed', '"2026-01-10T08:00:00Z"', '2026-02-01 06:00:00'),
    ('github', 'github.com/101', 'discussions', '"2026-01-05T10:00:00Z"', '2026-02-01 06:00:00'),
    ('github', 'github.com/101', 'history', '{"head": "10001ff0a04afe0f68a61709cc40b4897ce444d5", "cursor": null, "complete": true}', '2026-02-01 06:00:00'),
    ('github', 'github.com/101', 'experiments', '{"head": "10001ff0a04afe0f68a61709cc40b4897ce444d5", "repo": "acme/shop", "paths": ["experiments.csv", "experiments"], "is_wrong": false}', '2026-02-01 06:00:00'),
    ('github', 'github.com/101', 'probe', '{"databaseId": 101, "nameWithOwner": "acme/shop", "url": "https://github.com/acme/shop", "createdAt": "2026-01-01T08:00:00Z", "isArchived": false, "isFork": false, "isPrivate": false, "primaryLanguage": null, "repositoryTopics": {"nodes": []}, "defaultBranchRef": {"name": "main", "target": {"oid": "10001ff0a04afe0f68a61709cc40b4897ce444d5"}}, "issues": {"totalCount": 2, "nodes": [{"updatedAt": "2026-01-07T08:00:00Z"}]}, "pullRequests": {"totalCount": 3, "nodes": [{"updatedAt": "2026-01-10T08:00:00Z"}]}, "milestones": {"totalCount": 1, "nodes": [{"updatedAt": "2026-01-02T08:00:00Z"}]}, "releases": {"totalCount": 1, "nodes": [{"id": "RE_kwDOwXJmJi_kNiMxiREy", "updatedAt": "2026-01-02T09:00:00Z"}]}, "deployments": {"totalCount": 1, "nodes": [{"id": "DE_kwDONwOUfNCDiDm7tIRY", "updatedAt": "2026-01-02T09:00:00Z"}]}, "discussions": {"totalCount": 1, "nodes": [{"updatedAt": "2026-01-05T10:00:00Z"}]}}', '2026-02-01 06:00:00');
