"""Whether another package has written over Headway's: pip says nothing when it does."""

from __future__ import annotations

from importlib.metadata import packages_distributions

#: what Headway installs; the names of three are also those of packages on PyPI
MODULES = ("collectors", "dashboard", "headway", "queries")
HINT = "install Headway by itself: `uv tool install headway` or `pipx install headway`"


def overwritten() -> str:
    """Return which other packages installed a module of Headway's name; empty where none did."""
    by_module = packages_distributions()
    others = [
        f"{name}/ by {other}"
        for name in MODULES
        for other in dict.fromkeys(by_module.get(name, ()))
        if other != "headway"
    ]
    if not others:
        return ""
    return f"another package has written over Headway's files ({', '.join(others)}); {HINT}"
