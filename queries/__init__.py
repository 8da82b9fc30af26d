"""Raw rows to published facts, facts to numbers: SQL in files, meaning in their headers."""
