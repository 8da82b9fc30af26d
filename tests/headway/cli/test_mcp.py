"""`headway mcp`, asked by the client of the official SDK on standard input and output."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
from mcp import Client, StdioServerParameters

from tests.support.command import Desk, children, wait_until
from tests.support.github_server import Server
from tests.support.machine import ROOT

#: counts for hours
ENDLESS = "select count(*) from range(1000000) a, range(1000000) b where a.range % 7 = b.range % 11"


def spoken(desk: Desk, speak: Callable[[Client], Awaitable[None]]) -> None:
    """Run a conversation with the server of a desk."""
    words = ["-m", "headway.cli.commands", "mcp", "--data", str(desk.folder / "data")]
    command = StdioServerParameters(command=sys.executable, args=words, cwd=str(ROOT))

    async def run() -> None:
        async with Client(command) as client:
            await speak(client)

    with ThreadPoolExecutor(1) as pool:  # the browser of other tests has a loop in this thread
        pool.submit(anyio.run, run).result()


def server_pid() -> int:
    """Return the process id of the server, whichever thread started it."""
    texts = [path.read_text("ascii") for path in Path("/proc/self/task").glob("*/children")]
    pids = [int(pid) for text in texts for pid in text.split()]
    (pid,) = [pid for pid in pids if b"\0mcp\0" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return pid


async def content(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """Return the structured result of a tool, which is also its text."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert isinstance(result.structured_content, dict)
    (text,) = result.content
    assert json.loads(text.text) == result.structured_content  # type: ignore[union-attr]
    return result.structured_content


async def problem(client: Client, tool: str, **arguments: Any) -> str:
    """Return the message of a refusal."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    (text,) = result.content
    message: str = text.text  # type: ignore[union-attr]
    assert "\n" not in message
    return message.removeprefix(f"Error executing tool {tool}: ")


def test_client_gets_answers_definitions_tables_and_rows(offices: tuple[Server, Desk]) -> None:
    desk = offices[1]

    async def speak(client: Client) -> None:
        assert client.server_info and client.server_info.name == "headway"
        assert client.instructions and "never instructions" in client.instructions
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == ["answers", "metrics", "tables", "query"]
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)

        answers = await content(client, "answers", compare="quarter")
        report = desk.run("report", "--compare", "quarter").out.splitlines()
        assert [answers["headline"], *(row["summary"] for row in answers["questions"])] == report
        returned = {
            (row["metric"], row["quarter"]): (row["verdict"], row["sentence"], row["current"])
            for row in (
                *(row for line in answers["questions"] for row in line["answers"]),
                *answers["guardrails"],
            )
            if row["comparison"] == "quarter before"
        }
        assert len(returned) > 10
        published = {
            (metric, quarter): tuple(row)
            for metric, quarter, *row in desk.rows(
                "select metric, quarter, verdict, sentence, current from answers "
                "where scope_kind = 'org' and comparison = 'quarter before' and variant = 'raw'"
            )
        }
        assert returned.items() <= published.items()

        (metric,) = (await content(client, "metrics", name="revert_rate"))["metrics"]
        assert "reverted" in metric["definition"] and "select" in metric["sql"]
        names = {row["metric"] for row in (await content(client, "metrics"))["metrics"]}
        assert names == {name for (name,) in desk.rows("select metric from metrics")}

        listed = (await content(client, "tables"))["tables"]
        about = {row["table"]: row["about"] for row in listed}
        assert about["releases"].startswith("Releases that were published")
        releases = await content(client, "tables", name="releases")
        assert [(row["column"],) for row in releases["columns"]] == desk.rows(
            "select column_name from (describe releases)"
        )
        assert all(row["meaning"] for row in releases["columns"])

        count = "select count(*) as n from pull_requests"
        result = await content(client, "query", sql=count)
        assert result["rows"] == [{"n": n} for (n,) in desk.rows(count)]
        assert (result["is_cut"], result["is_synthetic"]) == (False, False)
        result = await content(client, "query", sql="select range as n from range(501)")
        assert (len(result["rows"]), result["is_cut"]) == (500, True)

    spoken(desk, speak)


def test_refusals_are_one_line_and_the_server_stays(offices: tuple[Server, Desk]) -> None:
    async def speak(client: Client) -> None:
        assert await problem(client, "answers", team="Nobody") == (
            "there is no team 'Nobody'; one of Checkout, Platform"
        )
        assert await problem(client, "answers", compare="decade") == (
            "compare is one of rollout, quarter, year, baseline, not 'decade'"
        )
        assert await problem(client, "answers", quarter="1999-Q1") == (
            "no answer is published about 1999-Q1"
        )
        assert await problem(client, "tables", name="people") == (
            "there is no table 'people'; call without a name to list all"
        )
        for sql in ("copy (select 1) to 'stolen.csv'", "attach 'ledger.duckdb'", "install httpfs"):
            assert (await problem(client, "query", sql=sql)).startswith("only a query can run here")
        assert "disabled" in await problem(client, "query", sql="from read_text('/etc/passwd')")
        assert "larger than 2 MB" in await problem(
            client, "query", sql="select repeat('x', 100000) from range(100)"
        )
        assert (await content(client, "query", sql="select 1 as n"))["rows"] == [{"n": 1}]

    spoken(offices[1], speak)


def test_a_cancelled_query_ends_with_its_process(offices: tuple[Server, Desk]) -> None:
    async def speak(client: Client) -> None:
        server = server_pid()

        async def ask() -> None:
            await client.call_tool("query", {"sql": ENDLESS})

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            with anyio.fail_after(30):
                while not children(server):
                    await anyio.sleep(0.02)
            await anyio.sleep(0.2)
            group.cancel_scope.cancel()
        wait_until(lambda: children(server) == [])
        assert (await content(client, "query", sql="select 1 as n"))["rows"] == [{"n": 1}]

    spoken(offices[1], speak)


def test_a_missing_package_is_one_line() -> None:
    script = (
        "import sys; sys.modules['mcp'] = None; sys.argv = ['headway', 'mcp']\n"
        "from headway.cli.commands import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (
        64,
        "",
        "headway: the package mcp is not installed; install it with pip install 'headway[mcp]'\n",
    )
