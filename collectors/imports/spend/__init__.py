"""Spend files: exports of vendors, FOCUS files and Headway's own format, as rows of the ledger.

DuckDB reads and converts them, as millions of rows then need seconds and little memory. ``formats``
lists the formats and ``sql`` has a query for each, which turns validated cells into spend.
"""
