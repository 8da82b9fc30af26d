"""A company with an account at every vendor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from tests.support.vendors import Vendor
from tests.support.vendors import anthropic as ant
from tests.support.vendors import github as hub
from tests.support.vendors import openai as oai
from tests.support.vendors.cursor import Cursor
from tests.support.vendors.reading import LAST
from tests.support.vendors.tables import ACME, ANALYTICS, EVENTS, KEY, OPENAI, cost, group, usage

OFFICE = {
    "ANTHROPIC_ADMIN_KEY": KEY,
    "ANTHROPIC_ADMIN_KEY__EU": "sk-ant-admin01-eu",
    "OPENAI_ADMIN_KEY": "sk-admin-1",
    "CURSOR_ADMIN_KEY": "crsr_one",
    "GITHUB_TOKEN": "ghp_spendtest",
}
#: names on the command line
VENDORS = ("anthropic", "openai", "copilot", "cursor")


def office(shift: timedelta, secrets: Mapping[str, str] = OFFICE) -> dict[str, Vendor]:
    """Return every vendor, with the days of the tables shifted."""
    eu = [
        (LAST + shift, group(None, "claude-opus-5-5", None, "output_tokens"), cost("4200")),
        (LAST + shift, group(None, "claude-opus-5-5"), usage(1)),
    ]
    own = ant.Organization(
        analytics=[(day + shift, reported, row) for day, reported, row in ANALYTICS]
    )
    moved = oai.Organization(
        costs=[(day + shift, reported) for day, reported in OPENAI.costs], users=OPENAI.users
    )
    events = [
        item | {"timestamp": str(int(item["timestamp"]) + int(shift.total_seconds()) * 1000)}
        for item in EVENTS
    ]
    return {
        "anthropic": ant.Anthropic(
            {
                secrets["ANTHROPIC_ADMIN_KEY"]: own,
                secrets["ANTHROPIC_ADMIN_KEY__EU"]: ant.Organization(analytics=eu),
            }
        ),
        "openai": oai.OpenAI({secrets["OPENAI_ADMIN_KEY"]: moved}),
        "cursor": Cursor({secrets["CURSOR_ADMIN_KEY"]: events}),
        "copilot": hub.GitHub(
            secrets["GITHUB_TOKEN"], {"acme": hub.Organization(seats=ACME.seats)}
        ),
    }
