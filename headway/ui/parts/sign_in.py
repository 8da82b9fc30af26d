"""Sign-in: the check of every run, and the page before the dashboard."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import ParamSpec

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from headway.ui.access import Access

P = ParamSpec("P")
#: rules of this process, set once when the server starts; None without sign-in
_access: Access | None = None
#: sessions of the server itself, which draw pages for nobody
_unseen: set[str] = set()


def use(access: Access | None) -> None:
    """Apply these rules from now on."""
    global _access
    _access = access


def refusal() -> str:
    """Return why the reader of this run may see nothing; empty if they may see everything."""
    if _access is None or _is_unseen():
        return ""
    if _access.proxy_header:
        return _access.refusal_of(st.context.headers.get(_access.proxy_header))
    return _access.refusal(st.user.to_dict(), datetime.now(UTC))


@contextmanager
def unseen(session: str) -> Iterator[None]:
    """Let a session of the server itself draw pages, which nobody receives."""
    _unseen.add(session)
    try:
        yield
    finally:
        _unseen.discard(session)


def _is_unseen() -> bool:
    context = get_script_run_ctx(suppress_warning=True)
    return (context.session_id if context else "") in _unseen


def fragment(draw: Callable[P, None]) -> Callable[P, None]:
    """Return a fragment of Streamlit that runs the whole page if the reader may not see it."""

    @functools.wraps(draw)
    def checked(*arguments: P.args, **options: P.kwargs) -> None:
        if refusal():
            st.rerun()
        draw(*arguments, **options)

    return st.fragment(checked)


def page(reason: str, questions: Iterable[str]) -> None:
    """Draw the page before the dashboard: what it answers, and no number."""
    st.title("Headway", anchor=False)
    st.markdown("\n".join(f"- {question}" for question in questions))
    st.info(reason, icon=":material/lock:")
    if _access and not _access.proxy_header:
        st.button("Sign in", type="primary", on_click=st.login)
        if st.user.is_logged_in:
            st.button("Sign out", on_click=st.logout)


def sign_out() -> None:
    """Draw the end of the session in the sidebar, if people sign in here."""
    if _access and not _access.proxy_header:
        with st.sidebar:
            st.button("Sign out", icon=":material/logout:", on_click=st.logout, width="stretch")
