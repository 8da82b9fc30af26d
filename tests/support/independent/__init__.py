"""Headway's published tables, computed a second time straight from dataset files, without its SQL or its code."""

from tests.support.independent.tables import compute

__all__ = ["compute"]
