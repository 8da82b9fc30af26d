"""GitHub's schema as other servers have it: with issue types, and as older Enterprise Servers."""

from __future__ import annotations

import re

#: the oldest supported Enterprise Server
OLDEST = "3.9"
ISSUE = "\ntype Issue implements"


def with_issue_types(schema: str) -> str:
    """Return the schema of github.com since issue types exist."""
    start = schema.index("\n  labels(", schema.index(ISSUE))
    field = "\n  issueType: IssueType\n"
    return schema[:start] + field + schema[start:] + "\ntype IssueType {\n  name: String!\n}\n"


def oldest_enterprise_server(schema: str) -> str:
    """Return the schema without what Enterprise Server 3.9 lacks of the queries."""
    head, issue = schema.split(ISSUE)
    end = issue.index("\n}\n")
    fields = issue[:end].replace("\n  closedByPullRequestsReferences(", "\n  newerReferences(")
    fields = re.sub(r"stateReason\(.*?\): Issue", "stateReason: Issue", fields, flags=re.S)
    return head + ISSUE + fields + issue[end:]


def without_value(schema: str, enum: str, value: str) -> str:
    """Return the schema in which an enumeration has another value instead of this one."""
    start = schema.index(f"\nenum {enum} {{")
    end = schema.index("\n}\n", start)
    values = schema[start:end].replace(f"\n  {value}\n", "\n  OTHER_EVENT\n")
    return schema[:start] + values + schema[end:]
