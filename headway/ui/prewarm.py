"""Draws the first views of a new snapshot before readers see it.

A second after a publish the server runs the pages that people open first, in a session without a
browser. Their results are then in the cache, and all sessions read the new snapshot.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from streamlit import App
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime, SessionClient

from headway.ui.parts import published, sign_in
from queries.catalog.catalog import PAGES
from queries.errors import NothingPublishedError
from queries.read.snapshot import Snapshot

#: seconds between two looks at the link to the live snapshot, and until readers wait no longer
LOOK_SECONDS, MOST_SECONDS = 1.0, 60.0


class Silent(SessionClient):
    """Client of a session that nobody sees."""

    def __init__(self) -> None:
        self.is_drawn = asyncio.Event()

    def write_forward_msg(self, msg: ForwardMsg) -> None:
        """Take note of the end of a run."""
        if msg.WhichOneof("type") == "script_finished":
            self.is_drawn.set()


@asynccontextmanager
async def lifespan(_: App) -> AsyncIterator[None]:
    """Watch for new snapshots while the server runs."""
    task = asyncio.create_task(watch())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def watch() -> None:
    """Draw each new snapshot, then let all sessions read it."""
    while True:
        newest = None
        with suppress(NothingPublishedError, OSError):
            newest = await asyncio.to_thread(published.newest)
        live = published.live()
        if newest and live and newest.id != live.id:
            with suppress(Exception):  # readers wait for no view that fails or takes too long
                await asyncio.wait_for(draw(newest), MOST_SECONDS)
        published.switch(newest)
        await asyncio.sleep(LOOK_SECONDS)


async def draw(snapshot: Snapshot) -> None:
    """Run the overview and the pages of questions on a snapshot."""
    runtime, client = Runtime.instance(), Silent()
    session = runtime.connect_session(client, {})
    try:
        with published.ahead(session, snapshot), sign_in.unseen(session):
            for name in ("", *(page.name for page in PAGES)):
                client.is_drawn.clear()
                message = BackMsg()
                message.rerun_script.page_name = name
                runtime.handle_backmsg(session, message)
                await client.is_drawn.wait()
    finally:
        runtime.close_session(session)
