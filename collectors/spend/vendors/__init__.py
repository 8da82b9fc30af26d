"""Modules of vendors, one a vendor. A module with a ``VENDOR`` is discovered without a list."""

from __future__ import annotations

import importlib
import pkgutil

from collectors.spend.vendor import Vendor


def load_vendors() -> dict[str, Vendor]:
    """Return the vendors by name, in the order of names."""
    vendors: list[Vendor] = []
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        if hasattr(module, "VENDOR"):
            vendors.append(module.VENDOR)
    return {vendor.name: vendor for vendor in sorted(vendors, key=lambda vendor: vendor.name)}
