"""What AI vendors say was spent: one file a vendor. A module here with a ``SOURCE`` is one; no list names them."""

from __future__ import annotations

import importlib
import pkgutil

from collectors.spend.records import Source


def sources() -> dict[str, Source]:
    """Return every source by its name, in the order of names."""
    modules = (
        importlib.import_module(f"{__name__}.{row.name}") for row in pkgutil.iter_modules(__path__)
    )
    row = [module.SOURCE for module in modules if hasattr(module, "SOURCE")]
    return {source.name: source for source in sorted(row, key=lambda source: source.name)}
