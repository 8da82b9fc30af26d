"""The ledger: raw rows and watermarks in one private DuckDB file."""
