"""The process of ``headway serve``: its address, host names and environment."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import click

UI = Path(__file__).parents[1] / "ui"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
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
            "put a proxy in front of 127.0.0.1, or confirm with --anyone-on-the-network"
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


def environment(variables: Mapping[str, str], data: Path, snapshot: Path | None) -> dict[str, str]:
    """Return the environment of the dashboard."""
    result = {name: text for name, text in variables.items() if VARIABLES.fullmatch(name)}
    result["HEADWAY_DATA"] = str(data)
    if snapshot:
        result["HEADWAY_SNAPSHOT"] = str(snapshot.resolve())
    return result


def become_server(
    port: int, address: str, hosts: Sequence[str], data: Path, snapshot: Path | None
) -> NoReturn:
    """Replace this process with the web server."""
    names = dict.fromkeys(name.lower() for name in (*LOOPBACK, address, *hosts))
    variables = environment(os.environ, data, snapshot)
    os.chdir(UI)  # where Streamlit finds its settings
    words = ["-m", "headway.ui.server", str(port), address, *names]
    os.execve(sys.executable, [sys.executable, *words], variables)
