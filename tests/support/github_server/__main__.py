"""Command line: ``python -m tests.support.github_server --data DIR`` prints its address."""

from __future__ import annotations

import argparse
import logging
import socket
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import uvicorn

from tests.support import machine

from . import TOKEN
from .app import Emulator, Settings
from .limits import PERMISSIONS, RESOURCES, App
from .world import timestamp


def parse(arguments: Sequence[str] | None = None) -> tuple[argparse.Namespace, Settings]:
    """The command line, and the settings it makes."""
    parser = argparse.ArgumentParser(
        prog="github_server", description="A local GitHub over dataset files."
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder of dataset files")
    add(
        "--schema",
        type=Path,
        help="GitHub's schema.graphql; without it the one that the tests fetch",
    )
    add("--host", default="127.0.0.1")
    add("--port", type=int, default=0, help="0 picks a free port, printed as the first line")
    add("--token", action="append", help=f"an accepted token (repeatable; default: {TOKEN})")
    add("--as-of", type=timestamp, help="show the world as it was then, e.g. 2026-01-01T00:00:00Z")
    add(
        "--hide",
        action="append",
        default=[],
        help="owner/name that answers as unknown or private (repeatable)",
    )
    add("--rest-limit", type=int, default=RESOURCES["core"], help="REST requests per window")
    add("--graphql-limit", type=int, default=RESOURCES["graphql"], help="GraphQL points per window")
    add("--window-s", type=float, default=3_600.0, help="length of a rate-limit window")
    styles = ("current", "legacy", "http403")
    add(
        "--graphql-limit-style",
        choices=styles,
        default="current",
        help="how GraphQL's primary limit answers",
    )
    add(
        "--max-concurrent",
        type=int,
        default=100,
        help="requests at once before the secondary limit answers",
    )
    add("--latency-ms", type=float, default=0.0)
    add("--jitter-ms", type=float, default=0.0)
    add("--seed", type=int, default=0, help="seed of jitter and of faults by chance")
    add(
        "--skew-s",
        type=float,
        default=0.0,
        help="seconds that its clock is ahead of this machine's",
    )
    add("--app-id", default="", help="id of the GitHub App that may sign in")
    add("--app-key", type=Path, help="its public key, a PEM file")
    add(
        "--token-lifetime-s",
        type=float,
        default=App.token_lifetime_s,
        help="life of an installation's token",
    )
    add(
        "--installed",
        action="append",
        default=[],
        help="owner it is installed on (repeatable; default: all)",
    )
    add("--suspended", action="append", default=[], help="owner that suspended it (repeatable)")
    add(
        "--permission",
        action="append",
        help=f"what it may read (repeatable; default: {', '.join(PERMISSIONS)})",
    )
    args = parser.parse_args(arguments)
    permissions = tuple(args.permission or PERMISSIONS)
    about = (args.token_lifetime_s, tuple(args.installed), tuple(args.suspended), permissions)
    app = (
        App(args.app_id, args.app_key.read_text(encoding="ascii"), *about) if args.app_key else None
    )
    return args, Settings(
        data=args.data,
        schema=args.schema or machine.schema(),
        tokens=args.token or [TOKEN],
        as_of=args.as_of,
        hidden=tuple(args.hide),
        limits={"core": args.rest_limit, "graphql": args.graphql_limit},
        window=args.window_s,
        latency_ms=args.latency_ms,
        jitter_ms=args.jitter_ms,
        seed=args.seed,
        graphql_limit=args.graphql_limit_style,
        max_concurrent=args.max_concurrent,
        skew_s=args.skew_s,
        app=app,
    )


def run(arguments: Sequence[str] | None, announce: Callable[[str], None]) -> None:
    """Serve until interrupted; the address is announced when requests can be sent there."""
    args, settings = parse(arguments)
    emulator = Emulator(settings)
    with socket.create_server((args.host, args.port), backlog=512) as listener:
        announce(f"http://{args.host}:{listener.getsockname()[1]}")
        config = uvicorn.Config(
            emulator,
            lifespan="off",
            ws="none",
            access_log=False,
            server_header=False,
            date_header=False,
        )
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    run(None, partial(print, flush=True))
