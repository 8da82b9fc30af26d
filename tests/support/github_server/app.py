"""ASGI app that counts, delays, breaks, authorizes, prices and answers requests."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import random
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphql import print_ast
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from . import apps as apps  # registers its routes
from . import rest
from .disturbances import instead, omit_node, secondary
from .errors import LIMIT_DOCS, HttpError
from .faults import Fault, Plan
from .graphql_api import GraphQLApi
from .limits import RESOURCES, Accounts, App, Principal, check_primary, exceeded
from .registry import Context
from .replies import Reply, Stats, abort, as_json, http_date, limit_headers, page_of
from .world import World, load, timestamp

GRAPHQL_GUIDE = "/graphql/guides/forming-calls-with-graphql#authenticating-with-graphql"


@dataclass
class Settings:
    """Everything the command line sets."""

    data: Path
    schema: Path
    tokens: list[str]
    as_of: str | None = None
    hidden: tuple[str, ...] = ()
    limits: dict[str, int] = field(default_factory=lambda: dict(RESOURCES))
    window: float = 3_600.0
    latency_ms: float = 0.0
    jitter_ms: float = 0.0
    seed: int = 0
    graphql_limit: str = "current"
    max_concurrent: int = 100
    #: by how much its clock is ahead of this machine's
    skew_s: float = 0.0
    app: App | None = None


class Emulator:
    """The ASGI app."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.datasets = load(settings.data)
        self.graphql = GraphQLApi(settings.schema)
        self.accounts = Accounts(
            settings.tokens, settings.limits, settings.window, settings.app, self.clock
        )
        self.rows: list[dict[str, Any]] = []
        self.moments: list[str] = []
        self.date: str | None = None
        self.travel(settings.as_of)
        self.reset()

    def reset(self) -> None:
        """Forget what was counted, refill budgets and start the fault plan anew.

        Time and tokens stay.
        """
        self.stats, self.dice = Stats(), random.Random(self.settings.seed)
        self.plan = Plan(self.rows, self.settings.seed)
        self.accounts.refill()
        self.graphql.unbacked.clear()
        self.graphql.hidden.clear()
        self.graphql.queries.clear()

    def clock(self) -> float:
        """The server's time."""
        return time.time() + self.settings.skew_s

    def travel(self, as_of: str | None) -> None:
        """Show the world as it was at a moment."""
        self.world = World(self.datasets, timestamp(as_of) if as_of else None, self.settings.hidden)
        self.worlds: dict[str, World] = {}

    def seen_by(self, principal: Principal) -> World:
        """Return the world as an account sees it, without other owners' private repositories."""
        own = f"{principal.owner.lower()}/"
        rest_rows = [name for name, raw in self.datasets.items() if not name.startswith(own)]
        private = [name for name in rest_rows if self.datasets[name]["repository"].get("private")]
        if not principal.owner or not private:
            return self.world
        if own not in self.worlds:
            self.worlds[own] = World(
                self.datasets, self.world.as_of, [*self.settings.hidden, *private]
            )
        return self.worlds[own]

    def tick(self) -> None:
        """Move on to the next moment of the clock that was set, if any is left."""
        if self.moments:
            self.date = self.moments.pop(0)
            self.travel(self.date)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        if request.url.path.startswith("/_emulator/"):
            await self._send(send, self._control(request, await request.body()), counted=False)
            return
        with self.stats.request(), contextlib.suppress(ClientDisconnect):
            body = await request.body()
            path = re.sub(r"^/api(/v3)?(?=/|$)", "", request.url.path) or "/"
            api = "graphql" if path == "/graphql" else "rest"
            self.tick()
            date = self.date
            fault = self.plan.strike(api, path, body.decode(errors="replace"))
            jitter = self.dice.uniform(-1, 1) * self.settings.jitter_ms
            await asyncio.sleep(max(0.0, self.settings.latency_ms + jitter) / 1_000)
            reply = await self._answer(request, path, body, fault)
            self.stats.kinds[api] += 1
            self.stats.routes[f"{request.method} {reply.route or path}"] += 1
            self.stats.statuses[str(reply.status)] += 1
            ahead = self.settings.skew_s + (fault.length if fault and fault.kind == "skew" else 0)
            reply.headers["date"] = http_date(date, ahead)
            if fault and fault.kind == "stall":
                await self._stall(request, fault.length)
            await self._send(send, reply, fault)

    # -- answering ---------------------------------------------------------------------------------

    async def _answer(self, request: Request, path: str, body: bytes, fault: Fault | None) -> Reply:
        """The answer to an API request, before faults that only spoil its transfer."""
        identity = f"{random.getrandbits(64):016X}"
        headers = {"x-github-request-id": identity, "x-github-media-type": "github.v3; format=json"}
        resource = "graphql" if path == "/graphql" else "core"
        principal: Principal | None = None
        try:
            principal = self.accounts.identify(request.headers.get("authorization"))
            self.stats.accounts[principal.name] += 1
            world = self.seen_by(principal)
            early: Reply | None = None
            if self.stats.running > self.settings.max_concurrent:
                early = secondary(identity, 403, None)
            elif fault:
                self.stats.faults[fault.kind] += 1
                early = instead(
                    fault,
                    identity,
                    resource == "graphql",
                    self._other_address(request, path, world),
                )
                if fault.kind == "slow":
                    await asyncio.sleep(fault.length)
                if fault.kind == "primary":
                    principal.budget(resource).spend()
            if early:
                early.headers |= headers
                return early
            if resource == "graphql":
                reply = await run_in_threadpool(
                    self._graphql, request, body, principal, world, fault
                )
            else:
                if free := path != "/rate_limit":
                    check_primary(principal, resource)
                reply = await run_in_threadpool(self._rest, request, path, principal, world)
                if free and reply.status != 304:
                    self._spend(principal, resource)
        except HttpError as error:
            reply = as_json(error.status, error.body, dict(error.headers))
            if principal and error.status in (301, 404, 409, 422):
                self._spend(principal, resource)
        except Exception:
            logging.getLogger(__name__).exception("%s %s", request.method, request.url)
            reply = as_json(500, {"message": "Server Error"})
        reply.headers |= headers
        if principal:
            reply.headers |= limit_headers(principal.budget(resource), resource)
            if principal.kind == "user":
                reply.headers["x-oauth-scopes"] = "read:org, repo"
        return reply

    def _spend(self, principal: Principal, resource: str, points: int = 1) -> None:
        principal.budget(resource).used += points
        self.stats.points[resource] += points

    def _graphql(
        self, request: Request, body: bytes, principal: Principal, world: World, fault: Fault | None
    ) -> Reply:
        if request.method != "POST":
            raise HttpError(404, "Not Found", "/graphql")
        if principal.kind in ("anonymous", "app"):
            raise HttpError(401, "This endpoint requires you to be authenticated.", GRAPHQL_GUIDE)
        budget = principal.budget("graphql")
        if budget.remaining == 0:
            return self._graphql_spent(principal)
        try:
            payload = json.loads(body)
        except ValueError:
            raise HttpError(400, "Problems parsing JSON", "/graphql") from None
        prepared = self.graphql.prepare(payload, fault)
        cost = prepared.analysis.cost
        self._spend(principal, "graphql", cost)
        if prepared.refusal is not None:
            return as_json(200, prepared.refusal)
        reset_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(budget.reset))
        visible = {"cost": cost, "node_count": prepared.analysis.nodes, "reset_at": reset_at}
        answer = self.graphql.run(
            prepared, Context(world, principal.actor, budget.show() | visible), fault
        )
        if fault:
            omit_node(answer, fault, self.graphql.nullable(prepared), self.plan.dice)
        return as_json(200, answer)

    def _graphql_spent(self, principal: Principal) -> Reply:
        """The primary limit's answer.

        As GitHub gives it now, as it gave it before, or as REST gives it.
        """
        message = exceeded(principal)
        if self.settings.graphql_limit == "http403":
            raise HttpError(403, message, docs=LIMIT_DOCS)
        error = {"type": "RATE_LIMITED", "message": message}
        if self.settings.graphql_limit == "current":
            message = message.replace("limit exceeded", "limit already exceeded")
            error = {"type": "RATE_LIMIT", "code": "graphql_rate_limit", "message": message}
        return as_json(200, {"errors": [error]}, route="graphql (rate limited)")

    def _rest(self, request: Request, path: str, principal: Principal, world: World) -> Reply:
        base = base_of(request)
        inner = rest.located(world, path.rstrip("/") or "/", base, request.url.query)
        template, handler, parameters = rest.find(request.method, inner)
        result = handler(
            rest.Call(world, principal, self.accounts, request.query_params, base), **parameters
        )
        headers: dict[str, str] = {}
        if isinstance(result, rest.Listing):
            listing = result
            result, headers = page_of(listing, request, base + path)
            if listing.key:
                result = {"total_count": len(listing.items), listing.key: result}
        reply = as_json(201 if request.method == "POST" else 200, result, headers, template)
        tag = f'W/"{hashlib.sha256(reply.body).hexdigest()}"'
        reply.headers |= {"etag": tag, "cache-control": "private, max-age=60, s-maxage=60"}
        if isinstance(result, dict) and isinstance(result.get("updated_at"), str):
            changed = time.strptime(result["updated_at"], "%Y-%m-%dT%H:%M:%SZ")
            reply.headers["last-modified"] = time.strftime("%a, %d %b %Y %H:%M:%S GMT", changed)
        if (
            tag.removeprefix("W/") in request.headers.get("if-none-match", "")
            and path != "/rate_limit"
        ):
            return Reply(304, b"", reply.headers, route=template)
        return reply

    # -- faults ------------------------------------------------------------------------------------

    def _other_address(self, request: Request, path: str, world: World) -> str:
        """Redirect to another address: of a repository, the address by its id."""
        match = re.match(r"/repos/([^/]+/[^/]+)(/.*)?$", path)
        repository = world.repository(match[1]) if match else None
        inner = (
            f"/repositories/{repository.database_id}{match[2] or ''}"
            if match and repository
            else path
        )
        return f"{base_of(request)}{inner}{'?' if request.url.query else ''}{request.url.query}"

    async def _stall(self, request: Request, seconds: float) -> None:
        """Send nothing until the client disconnects or this time is over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not await request.is_disconnected():
            await asyncio.sleep(0.02)

    async def _send(
        self, send: Send, reply: Reply, fault: Fault | None = None, counted: bool = True
    ) -> None:
        """Send a response; a fault may break its transfer."""
        kind = fault.kind if fault else ""
        if kind == "reset":
            abort(send)
            return
        body = {"truncate": reply.body[: len(reply.body) // 2], "empty": b""}.get(kind, reply.body)
        content = {
            "content-type": reply.content_type,
            "content-length": str(len(body)),
            "server": "github.com",
        }
        headers = {"date": http_date(None)} | reply.headers | content
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": raw})
        if kind == "cut":
            await send(
                {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True}
            )
            abort(send)
            return
        self.stats.bytes_sent += len(body) * counted
        await send({"type": "http.response.body", "body": body})

    # -- control -----------------------------------------------------------------------------------

    def _control(self, request: Request, body: bytes) -> Reply:
        """``/_emulator/…``: steer the server and read what it counted."""
        action, payload = (
            request.url.path.removeprefix("/_emulator/"),
            json.loads(body) if body else None,
        )
        try:
            match request.method, action:
                case "GET", "stats":
                    visible = {"as_of": self.world.as_of} | self.stats.snapshot()
                    visible |= {"hidden_fields": self.graphql.hidden}
                    return as_json(200, visible | {"unbacked_fields": self.graphql.unbacked})
                case "GET", "queries":
                    texts = {print_ast(query) for query in self.graphql.queries.values()}
                    return as_json(200, {"queries": sorted(texts)})
                case "POST", "reset":
                    self.reset()
                case "POST", "as-of":
                    self.travel((payload or {}).get("as_of"))
                case "POST", "clock":
                    self.moments = [timestamp(moment) for moment in payload or []]
                    self.date = None
                case "POST", "reload":
                    self.datasets = load(self.settings.data)
                    self.travel(self.world.as_of)
                case "POST", "faults":
                    self.plan, self.rows = Plan(payload or [], self.settings.seed), payload or []
                case _:
                    return as_json(404, {"message": "no such control"})
        except (HttpError, ValueError, AttributeError) as error:
            return as_json(422, {"message": str(error)})
        return as_json(200, {"as_of": self.world.as_of})


def base_of(request: Request) -> str:
    """The address that a client asks: GitHub's own, or an Enterprise Server's."""
    prefix = "/api/v3" if request.url.path.startswith("/api/v3") else ""
    return f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}{prefix}"
