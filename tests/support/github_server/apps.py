"""The routes of a GitHub App.

Itself, what it is installed on, and the tokens of its installations.
"""

from __future__ import annotations

from .errors import HttpError, missing_item
from .limits import App
from .model import seeded
from .rest import Call, Listing, route
from .rest_shapes import Json, Shapes

SUSPENDED_AT = "2026-01-01T00:00:00Z"


def _app(call: Call) -> App:
    """The app that signed the request, or 401."""
    if call.principal.kind != "app" or call.accounts.app is None:
        raise HttpError(401, "A JSON web token could not be decoded")
    return call.accounts.app


def _owners(call: Call) -> list[str]:
    """The owners that it is installed on, by name."""
    app = _app(call)
    owners = sorted({repository.owner.login for repository in call.world.repositories})
    return [owner for owner in owners if not app.installed or owner in app.installed]


def _installation(call: Call, owner: str) -> Json:
    app, actor = _app(call), call.world.organization(owner)
    if actor is None or actor.login not in _owners(call):
        raise missing_item()
    identity = seeded("installation", actor.login)
    return {
        "id": identity,
        "app_id": int(app.identity),
        "app_slug": app.actor.login,
        "account": Shapes(call.base).user(actor),
        "target_id": actor.database_id,
        "target_type": actor.typename,
        "repository_selection": "all",
        "permissions": dict.fromkeys(app.permissions, "read"),
        "events": [],
        "access_tokens_url": f"{call.base}/app/installations/{identity}/access_tokens",
        "suspended_at": SUSPENDED_AT if actor.login in app.suspended else None,
    }


@route("GET", "/app")
def _itself(call: Call) -> Json:
    app = _app(call)
    permissions = dict.fromkeys(app.permissions, "read")
    about = {
        "id": int(app.identity),
        "slug": app.actor.login,
        "name": app.actor.login,
        "permissions": permissions,
    }
    return about | {
        "owner": Shapes(call.base).user(app.actor),
        "events": [],
        "installations_count": len(_owners(call)),
    }


@route("GET", "/app/installations")
def _installations(call: Call) -> Listing:
    return Listing(_owners(call), lambda owner: _installation(call, owner))


@route("GET", "/app/installations/{identity}")
def _numbered(call: Call, identity: str) -> Json:
    for owner in _owners(call):
        if identity == str(seeded("installation", owner)):
            return _installation(call, owner)
    raise missing_item()


@route("POST", "/app/installations/{identity}/access_tokens")
def _token(call: Call, identity: str) -> Json:
    result = _numbered(call, identity)
    if result["suspended_at"]:
        raise HttpError(403, "This installation has been suspended")
    return call.accounts.issue(result["account"]["login"])


@route("GET", "/repos/{owner}/{repo}/installation")
def _of_repository(call: Call, owner: str, repo: str) -> Json:
    return _installation(call, call.repository(owner, repo).owner.login)


@route("GET", "/orgs/{org}/installation")
@route("GET", "/users/{org}/installation")
def _of_owner(call: Call, org: str) -> Json:
    return _installation(call, org)
