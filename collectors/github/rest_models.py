"""Models of what GitHub's REST API answers."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)

from collectors.github.base_models import (
    Code,
    Count,
    DatabaseId,
    Name,
    Node,
    NodeId,
    Number,
    Oid,
    PastTime,
    Time,
    Url,
)


class Changed(BaseModel):
    """Entry of the change feed."""

    model_config = ConfigDict(strict=True)
    number: Number
    node_id: NodeId
    #: None for a time of another form, or in the future
    updated_at: PastTime | None


class Workflow(BaseModel):
    """Workflow of a repository, with the path of its file."""

    id: DatabaseId
    path: Name


class WorkflowRun(Node):
    """Run of a workflow."""

    exact = frozenset({"conclusion"})
    id: DatabaseId
    event: Code | None
    status: Code | None
    conclusion: Code | None
    head_sha: Oid = Field(validation_alias="head_sha", serialization_alias="headSha")
    created_at: Time = Field(validation_alias="created_at", serialization_alias="createdAt")
    updated_at: PastTime = Field(validation_alias="updated_at", serialization_alias="updatedAt")
    html_url: Url | None = Field(validation_alias="html_url", serialization_alias="url")


class InstallationOwner(BaseModel):
    """Owner of an App installation."""

    login: Name


class Installation(BaseModel):
    """Installation of an App."""

    id: DatabaseId
    account: InstallationOwner
    suspended_at: Any = None
    permissions: dict[str, Any] | None = None


class InstallationToken(BaseModel):
    """Token of an App installation."""

    model_config = ConfigDict(strict=True)
    token: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,2000}$")]
    expires_at: Time


class Limit(BaseModel):
    """Requests of one kind in an hour."""

    limit: Count
    remaining: Count
    reset: Annotated[int, Field(ge=0, lt=2**33)]


class Limits(BaseModel):
    """Limits of an account."""

    core: Limit
    graphql: Limit


class RateLimit(BaseModel):
    """Answer of ``/rate_limit``."""

    resources: Limits
