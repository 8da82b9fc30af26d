"""Spend on AI: vendors, their API client, spend records and their sync into the ledger."""
