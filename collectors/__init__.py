"""One source, one file: what a vendor says, as raw rows in the ledger. Nothing is computed here."""
