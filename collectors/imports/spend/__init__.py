"""Files that tell of spend: a vendor's export, a FOCUS file or a table of one's own, as rows of the ledger.

``forms`` lists what is recognised, and beside it lies for each form the SQL that turns its cells into spend. ``source``
opens a file, ``cells`` checks every cell, ``reading`` sums it up: DuckDB reads and converts, so that millions of rows
need seconds and little memory.
"""
