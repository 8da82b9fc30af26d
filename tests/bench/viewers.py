"""Viewers of the dashboard without a browser: they speak Streamlit's protocol to its server."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from tests.support.command import free_port
from tests.support.dashboard import ROOT, is_up

#: Linux: the clock of a process's CPU time is named after its number
CPU_CLOCK = 2
#: seconds within which a page must be drawn
LIMIT = 120


@dataclass(frozen=True)
class Served:
    """A running server: its port and its process."""

    port: int
    process: int

    @property
    def cpu(self) -> float:
        """Return the CPU seconds of the process so far."""
        return time.clock_gettime((~self.process << 3) | CPU_CLOCK)

    @property
    def memory(self) -> float:
        """Return the megabytes of memory that the process holds."""
        pages = Path(f"/proc/{self.process}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def server(arguments: Sequence[str], data: Path, root: Path = ROOT) -> Iterator[Served]:
    """Yield a server of the dashboard, or of what ``arguments`` start; {port} is its port."""
    own = root / ".venv" / "bin" / "python"
    python = str(own) if own.exists() else sys.executable
    port = free_port()
    command = [python, *(word.format(port=port) for word in arguments)]
    variables = {**os.environ, "HEADWAY_DATA": str(data)}
    with subprocess.Popen(command, cwd=root, env=variables, stdout=subprocess.DEVNULL) as process:
        try:
            while not is_up(f"http://127.0.0.1:{port}/_stcore/health"):
                if process.poll() is not None:
                    raise SystemExit(f"{command} ended")
                time.sleep(0.1)
            yield Served(port, process.pid)
        finally:
            process.terminate()


DASHBOARD = ("-m", "headway.ui.server", "{port}", "127.0.0.1", "127.0.0.1")


class Viewer:
    """An open tab: runs pages, and polls as often as the page asks for."""

    def __init__(self, port: int) -> None:
        self.open = ExitStack()
        self.tab: ClientConnection = self.open.enter_context(
            connect(
                f"ws://127.0.0.1:{port}/_stcore/stream",
                subprotocols=["streamlit"],  # type: ignore[list-item]
                max_size=None,
            )
        )
        #: seconds between the reruns of a part of the page, by its id
        self.polls: dict[str, float] = {}

    def run(self, page: str, query: str = "", fragment: str = "") -> tuple[float, int]:
        """Run a page, or a part of it; return the seconds until it is drawn and the bytes sent."""
        message: Any = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = bool(fragment)
        began, sent = time.perf_counter(), 0
        self.tab.send(message.SerializeToString())
        while True:
            content = self.tab.recv(timeout=LIMIT)
            sent += len(content)
            reply: Any = ForwardMsg.FromString(bytes(content))  # type: ignore[arg-type]
            kind = reply.WhichOneof("type")
            if kind == "auto_rerun":
                self.polls[reply.auto_rerun.fragment_id] = reply.auto_rerun.interval
            elif kind == "delta" and reply.delta.new_element.WhichOneof("type") == "exception":
                raise SystemExit(f"{page}: {reply.delta.new_element.exception.message}")
            elif kind == "script_finished":
                return time.perf_counter() - began, sent
        raise queue.Empty

    def close(self) -> None:
        """Close the tab."""
        self.open.close()
