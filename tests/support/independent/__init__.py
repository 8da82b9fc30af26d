"""Independent computation of the published tables from dataset files, without Headway's code."""

from tests.support.independent.tables import compute

__all__ = ["compute"]
