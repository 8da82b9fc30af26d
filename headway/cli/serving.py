"""The process of ``headway serve``: its address, host names and environment."""

from __future__ import annotations

import importlib.util
import ipaddress
import json
import os
import re
import secrets
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import click

from headway.cli import log
from headway.config.fields import LOOPBACK
from headway.config.settings import SignInTable
from headway.ui import access

UI = Path(__file__).parents[1] / "ui"
#: characters of a secret that signs cookies
SHORTEST_SECRET = 32
HOST_NAME = re.compile(r"[\w-]+(\.[\w-]+)*", re.ASCII)
#: variables that the dashboard gets; tokens and vendors' keys are for `headway refresh` alone
VARIABLES = re.compile(
    r"PATH|HOME|USER|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|VIRTUAL_ENV|PYTHON\w*|LD_LIBRARY_PATH|"
    r"SSL_CERT_FILE|SSL_CERT_DIR|STREAMLIT_\w+"
)


def check_address(address: str, port: int, is_open: bool) -> None:
    """Raise ClickException if the dashboard cannot listen there, or others could read it."""
    try:
        family, _, _, _, resolved = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
        socket.create_server((address, port), family=family).close()
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]
        raise click.ClickException(
            f"cannot listen on {address}, port {port} ({reason}); "
            "choose another with --port or --address"
        ) from None
    if not is_open and not ipaddress.ip_address(resolved[0]).is_loopback:
        raise click.ClickException(
            f"on {address} anyone on the network can read the dashboard, which has no sign-in; "
            "write [sign_in] into headway.toml, put a proxy in front of 127.0.0.1, or confirm with "
            "--anyone-on-the-network"
        )


def check_hosts(hosts: Sequence[str]) -> None:
    """Raise ClickException if a name is not that of a host, but an address."""
    for name in hosts:
        try:
            is_host = bool(HOST_NAME.fullmatch(name)) or bool(ipaddress.ip_address(name))
        except ValueError:
            is_host = False
        if not is_host:
            raise click.ClickException(
                f"--host {name} is not a host name; write it without https://, port and path"
            )


def sign_in_variables(table: SignInTable, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the dashboard for sign-in; none without the table.

    Raises ClickException if a secret is missing.
    """
    if table == SignInTable():
        return {}
    rules = access.Access(
        table.domains, table.addresses, table.session_hours, table.proxy_header, table.proxies
    )
    result = {access.RULES: rules.as_text()}
    if table.proxy_header:
        return result
    if not importlib.util.find_spec("authlib"):
        raise click.ClickException(
            "the package authlib is not installed; install it with pip install 'headway[sign-in]'"
        )
    secret = variables.get(table.client_secret_env, "").strip()
    if not secret:
        raise click.ClickException(
            f"no secret for sign-in; set {table.client_secret_env} to the client's secret"
        )
    cookie_secret = variables.get(table.cookie_secret_env, "").strip() or secrets.token_hex(32)
    if len(cookie_secret) < SHORTEST_SECRET:
        raise click.ClickException(
            f"{table.cookie_secret_env} is shorter than {SHORTEST_SECRET} characters; "
            "set it to a random text, or leave it out"
        )
    provider = {
        "redirect_uri": f"{table.address}/oauth2callback",
        "cookie_secret": cookie_secret,
        "client_id": table.client_id,
        "client_secret": secret,
        "server_metadata_url": table.metadata_url,
    }
    return {**result, access.PROVIDER: json.dumps(provider)}


def host_of(table: SignInTable) -> str:
    """Return the host by which people who sign in open the dashboard."""
    return urlsplit(table.address).hostname or ""


def request_log() -> dict[str, str]:
    """Return the variables of the dashboard for a log of requests."""
    return {access.LOG_REQUESTS: log.form()}


def environment(variables: Mapping[str, str], data: Path, snapshot: Path | None) -> dict[str, str]:
    """Return the environment of the dashboard."""
    result = {name: text for name, text in variables.items() if VARIABLES.fullmatch(name)}
    result["HEADWAY_DATA"] = str(data)
    if snapshot:
        result["HEADWAY_SNAPSHOT"] = str(snapshot.resolve())
    return result


def become_server(
    port: int,
    address: str,
    hosts: Sequence[str],
    data: Path,
    snapshot: Path | None,
    more: Mapping[str, str],
) -> NoReturn:
    """Replace this process with the web server; ``more`` variables are for it alone."""
    names = dict.fromkeys(name.lower() for name in (*LOOPBACK, address, *hosts))
    variables = environment(os.environ, data, snapshot) | dict(more)
    os.chdir(UI)  # where Streamlit finds its settings
    words = ["-m", "headway.ui.server", str(port), address, *names]
    os.execve(sys.executable, [sys.executable, *words], variables)
