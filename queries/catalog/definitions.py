"""Definition of a metric: its SQL, the text in its header, and a hash of both."""

from __future__ import annotations

import hashlib

from queries.catalog.metric import Metric
from queries.sql_files import ROOT, lineage, metric_sql, read_sql

#: shared SQL around the items of every metric
SHARED = ("estimates", "window_items", "items")


def definition(metric: Metric) -> str:
    """Return the definition of a metric as text."""
    return metric.describe(metric_sql(metric.sql_name).definition)


def definition_hash(metric: Metric) -> str:
    """Return a hash of the SQL, the parameters and all models that a metric reads."""
    file = metric_sql(metric.sql_name)
    shared = [read_sql(ROOT / "shared" / f"{name}.sql") for name in SHARED]
    macros = read_sql(ROOT / "shared" / "macros.sql")
    files = [file, *shared, macros, *lineage(file, *shared)]
    parameters = repr((dict(metric.parameters), metric.aggregate, metric.matures_after))
    text = "\n".join([parameters, *(file.text for file in files)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
