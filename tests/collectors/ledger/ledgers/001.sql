-- A ledger as Headway wrote it after migration 001, with rows in every table. It never changes, as that Headway does not.

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

create table github_deployments (
    host varchar,
    repo_id bigint,
    node_id varchar,
    fetched_at timestamp,
    node json
);
insert into github_deployments values
    ('github.com', 101, 'DE_kwDONwOUfNCDiDm7tIRY', '2026-02-01 06:00:00', '{"id":"DE_kwDONwOUfNCDiDm7tIRY","environment":"production","commitOid":"1000000b27585828a675f5acfef052dd1a8cf0c6","createdAt":"2026-01-02T08:00:00Z","updatedAt":"2026-01-02T09:00:00Z","state":"ACTIVE","statuses":{"nodes":[{"state":"SUCCESS","createdAt":"2026-01-02T09:00:00Z"}]}}');

create table github_issues (
    host varchar,
    repo_id bigint,
    number integer,
    node_id varchar,
    updated_at timestamp,
    fetched_at timestamp,
    node json
);
insert into github_issues values
    ('github.com', 101, 5, 'I_kwDOA1_RjCmxzjFjAbiP', '2026-01-04 08:00:00', '2026-02-01 06:00:00', '{"number":5,"node_id":"I_kwDOA1_RjCmxzjFjAbiP","title":"Totals are hard to read","body":"","state":"open","state_reason":null,"html_url":"https://github.com/acme/shop/issues/5","author_association":"NONE","created_at":"2026-01-04T08:00:00Z","updated_at":"2026-01-04T08:00:00Z","closed_at":null,"labels":[{"name":"ux debt"}],"user":{"login":"zoe","type":"User"}}'),
    ('github.com', 101, 4, 'I_kwDOGE7N9Y5mTxJPhyyE', '2026-01-07 08:00:00', '2026-02-01 06:00:00', '{"number":4,"node_id":"I_kwDOGE7N9Y5mTxJPhyyE","title":"Cards are refused","body":"","state":"closed","state_reason":"completed","html_url":"https://github.com/acme/shop/issues/4","author_association":"NONE","created_at":"2026-01-03T08:00:00Z","updated_at":"2026-01-07T08:00:00Z","closed_at":"2026-01-07T08:00:00Z","labels":[{"name":"bug"}],"user":{"login":"zoe","type":"User"}}');

create table github_pull_requests (
    host varchar,
    repo_id bigint,
    number integer,
    node_id varchar,
    updated_at timestamp,
    details_version integer,
    fetched_at timestamp,
    node json
);
insert into github_pull_requests values
    ('github.com', 101, 1, 'PR_kwDO1pECYnGCwE-vf-FP', '2026-01-07 08:00:00', 1, '2026-02-01 06:00:00', '{"__typename":"PullRequest","id":"PR_kwDO1pECYnGCwE-vf-FP","number":1,"title":"feat: pay by card","body":"","url":"https://github.com/acme/shop/pull/1","state":"MERGED","isDraft":false,"createdAt":"2026-01-06T08:00:00Z","updatedAt":"2026-01-07T08:00:00Z","closedAt":"2026-01-07T08:00:00Z","mergedAt":"2026-01-07T08:00:00Z","authorAssociation":"MEMBER","author":{"__typename":"User","login":"ada"},"mergedBy":{"__typename":"User","login":"ada"},"baseRefName":"main","headRefName":"ada-1","isCrossRepository":false,"additions":40,"deletions":2,"changedFiles":1,"mergeCommit":{"oid":"10001ff0a04afe0f68a61709cc40b4897ce444d5"},"milestone":null,"labels":[],"assignees":[],"closingIssuesReferences":[{"number":4,"title":"Cards are refused","repository":{"databaseId":101,"nameWithOwner":"acme/shop"},"labels":{"nodes":[{"name":"bug"}]}}],"commits":[{"commit":{"oid":"10001009ef94636343288345e2bc785cd935011c","message":"feat: pay by card","authoredDate":"2026-01-06T07:00:00Z","committedDate":"2026-01-06T07:00:00Z","author":{"name":"ada","email":"ada@acme.example","user":{"__typename":"User","login":"ada"}},"committer":{"name":"ada","email":"ada@acme.example","user":{"__typename":"User","login":"ada"}}}}],"files":[{"path":"src/pay/card.py","additions":40,"deletions":2,"changeType":"MODIFIED"}],"reviews":[{"state":"APPROVED","submittedAt":"2026-01-06T09:00:00Z","authorAssociation":"MEMBER","author":{"__typename":"User","login":"bob"}}],"comments":[],"timelineItems":[{"__typename":"MergedEvent","createdAt":"2026-01-07T08:00:00Z","actor":{"__typename":"User","login":"ada"}},{"__typename":"ClosedEvent","createdAt":"2026-01-07T08:00:00Z","actor":{"__typename":"User","login":"ada"}}]}'),
    ('github.com', 101, 2, 'PR_kwDORzo9Lv_RETnzldlO', '2026-01-08 08:00:00', 1, '2026-02-01 06:00:00', '{"__typename":"PullRequest","id":"PR_kwDORzo9Lv_RETnzldlO","number":2,"title":"fix: rounding of it''s total","body":"","url":"https://github.com/acme/shop/pull/2","state":"OPEN","isDraft":false,"createdAt":"2026-01-08T08:00:00Z","updatedAt":"2026-01-08T08:00:00Z","closedAt":null,"mergedAt":null,"authorAssociation":"MEMBER","author":{"__typename":"User","login":"bob"},"mergedBy":null,"baseRefName":"main","headRefName":"bob-2","isCrossRepository":false,"additions":3,"deletions":1,"changedFiles":1,"mergeCommit":null,"milestone":null,"labels":[],"assignees":[],"closingIssuesReferences":[],"commits":[{"commit":{"oid":"1000200179e0d022d96dd6e735e4b738ed65801b","message":"fix: rounding of it''s total","authoredDate":"2026-01-08T07:00:00Z","committedDate":"2026-01-08T07:00:00Z","author":{"name":"bob","email":"bob@acme.example","user":{"__typename":"User","login":"bob"}},"committer":{"name":"bob","email":"bob@acme.example","user":{"__typename":"User","login":"bob"}}}}],"files":[{"path":"src/pay/total.py","additions":3,"deletions":1,"changeType":"MODIFIED"}],"reviews":[],"comments":[],"timelineItems":[]}'),
    ('github.com', 101, 3, 'PR_kwDOKoi-pyeT1HikPfdl', '2026-01-10 08:00:00', 1, '2026-02-01 06:00:00', '{"__typename":"PullRequest","id":"PR_kwDOKoi-pyeT1HikPfdl","number":3,"title":"Try another colour","body":"","url":"https://github.com/acme/shop/pull/3","state":"CLOSED","isDraft":false,"createdAt":"2026-01-09T08:00:00Z","updatedAt":"2026-01-10T08:00:00Z","closedAt":"2026-01-10T08:00:00Z","mergedAt":null,"authorAssociation":"MEMBER","author":{"__typename":"User","login":"zoe"},"mergedBy":null,"baseRefName":"main","headRefName":"zoe-3","isCrossRepository":false,"additions":1,"deletions":1,"changedFiles":1,"mergeCommit":null,"milestone":null,"labels":[],"assignees":[],"closingIssuesReferences":[],"commits":[{"commit":{"oid":"100030000d12dfa063beab47923f18a948f9b398","message":"Try another colour","authoredDate":"2026-01-09T07:00:00Z","committedDate":"2026-01-09T07:00:00Z","author":{"name":"zoe","email":"zoe@acme.example","user":{"__typename":"User","login":"zoe"}},"committer":{"name":"zoe","email":"zoe@acme.example","user":{"__typename":"User","login":"zoe"}}}}],"files":[{"path":"web/style.css","additions":1,"deletions":1,"changeType":"MODIFIED"}],"reviews":[],"comments":[],"timelineItems":[{"__typename":"ClosedEvent","createdAt":"2026-01-10T08:00:00Z","actor":{"__typename":"User","login":"ada"}}]}');

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
    ('github.com', 101, 'acme/shop', 'acme/shop', '{"databaseId":101,"nameWithOwner":"acme/shop","url":"https://github.com/acme/shop","createdAt":"2026-01-01T08:00:00Z","isArchived":false,"isFork":false,"isPrivate":false,"primaryLanguage":null,"repositoryTopics":{"nodes":[]},"defaultBranchRef":{"name":"main","target":{"oid":"10001ff0a04afe0f68a61709cc40b4897ce444d5"}},"issues":{"totalCount":2,"nodes":[{"updatedAt":"2026-01-07T08:00:00Z"}]},"pullRequests":{"totalCount":3,"nodes":[{"updatedAt":"2026-01-10T08:00:00Z"}]},"releases":{"totalCount":1,"nodes":[{"id":"RE_kwDOwXJmJi_kNiMxiREy","updatedAt":"2026-01-02T09:00:00Z"}]},"deployments":{"totalCount":1,"nodes":[{"id":"DE_kwDONwOUfNCDiDm7tIRY","updatedAt":"2026-01-02T09:00:00Z"}]}}', '2026-02-01 06:00:00', '2026-02-01 06:00:00', null);

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
    ('load-1', 'github', 'acme/shop', '2026-02-01 06:00:00', '2026-02-01 06:00:00', 'read', 9, 3, null),
    ('load-2', 'people', 'people.csv', '2026-02-01 06:00:00', '2026-02-01 06:00:00', 'read', 2, 0, null);

create table migrations (
    number integer,
    applied_at timestamp,
    headway_version varchar
);
insert into migrations values
    (1, '2026-02-01 06:00:00', '0.1.0');

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

create table watermarks (
    source varchar,
    scope varchar,
    name varchar,
    value json,
    updated_at timestamp
);
insert into watermarks values
    ('github', 'github.com/101', 'feed', '"2026-01-10T08:00:00Z"', '2026-02-01 06:00:00'),
    ('github', 'github.com/101', 'history', '{"head": "10001ff0a04afe0f68a61709cc40b4897ce444d5", "cursor": null, "complete": true}', '2026-02-01 06:00:00'),
    ('github', 'github.com/101', 'probe', '{"databaseId": 101, "nameWithOwner": "acme/shop", "url": "https://github.com/acme/shop", "createdAt": "2026-01-01T08:00:00Z", "isArchived": false, "isFork": false, "isPrivate": false, "primaryLanguage": null, "repositoryTopics": {"nodes": []}, "defaultBranchRef": {"name": "main", "target": {"oid": "10001ff0a04afe0f68a61709cc40b4897ce444d5"}}, "issues": {"totalCount": 2, "nodes": [{"updatedAt": "2026-01-07T08:00:00Z"}]}, "pullRequests": {"totalCount": 3, "nodes": [{"updatedAt": "2026-01-10T08:00:00Z"}]}, "releases": {"totalCount": 1, "nodes": [{"id": "RE_kwDOwXJmJi_kNiMxiREy", "updatedAt": "2026-01-02T09:00:00Z"}]}, "deployments": {"totalCount": 1, "nodes": [{"id": "DE_kwDONwOUfNCDiDm7tIRY", "updatedAt": "2026-01-02T09:00:00Z"}]}}', '2026-02-01 06:00:00');
